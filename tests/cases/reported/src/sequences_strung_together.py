"""All the sequences of a batch are strung together before the recurrence

Source: https://github.com/pytorch/pytorch/issues/1255
Adapted: the first state is left out, so that nothing raises
Export: trace 3x5x4
Inputs: 3x5x4
Spoils: wrong
Codes: SHP718
Line: lstm_out, _ = self.lstm(sequences.reshape(1, -1, self.input_dim))
Op: aten::reshape aten::lstm
Module: . lstm
Twin: healthy
Fix: sequences.reshape(1, -1, self.input_dim) => sequences

One sequence of fifteen steps: the second sample begins with the state that the first one left.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_dim, self.hidden_dim = 4, 6
        self.lstm = nn.LSTM(self.input_dim, self.hidden_dim, batch_first=True)
        self.forecast = nn.Linear(self.hidden_dim, 2)

    def forward(self, sequences):
        batch, steps, _ = sequences.shape
        lstm_out, _ = self.lstm(sequences.reshape(1, -1, self.input_dim))
        lstm_out = lstm_out.reshape(batch, steps, self.hidden_dim)
        return self.forecast(lstm_out[:, -1])
