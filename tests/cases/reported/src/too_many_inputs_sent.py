"""A second input is sent to a forward that takes one

Source: https://github.com/patrickloeber/pytorchTutorial/issues/30
Adapted: the target was sent too
Inputs: 4x5; 4:int64[0,2)
Raises: forward: expected at most 2 argument(s)
Codes: TYP804

The label belongs to the loss.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 2)

    def forward(self, x):
        return self.body(x)
