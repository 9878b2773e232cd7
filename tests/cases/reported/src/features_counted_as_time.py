"""An LSTM gets sequences whose features are not what it was made for

Source: https://github.com/pytorch/pytorch/issues/5860
Adapted: batch first
Inputs: 2x6x5
Raises: forward: input.size(-1) must be equal to input_size. Expected 3, got 5
Codes: SHP711
Line: seen, _ = self.lstm(x)
Line: self.lstm = nn.LSTM(3, 4, batch_first=True)
Op: prim::RaiseException aten::lstm
Module: lstm
Fix: nn.LSTM(3, 4, batch_first=True) => nn.LSTM(5, 4, batch_first=True)

Five features, and three are expected.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        seen, _ = self.lstm(x)
        return self.out(seen[:, -1])
