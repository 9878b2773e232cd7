"""A recurrent model starts from a state of the configured batch size, and the last batch is smaller

Source: https://github.com/MUST-Deep-Learning/KnowIt/issues/252
Adapted: two layers, four sequences configured, three sent
Inputs: 3x9x5
Raises: forward: Expected hidden[0] size (2, 3, 8), got [2, 4, 8]
Codes: SHP711
Line: shape = [self.num_layers, self.batch_size, self.hidden_width]
Line: out, _ = self.lstm_layers(x, (h0, c0))
Line: self.model = LSTMRegressor(5, 8, depth=2, batch_size=4)
Line: h0 = torch.zeros(shape)
Line: c0 = torch.zeros(shape)
Op: prim::RaiseException aten::lstm aten::zeros
Module: model.lstm_layers model
Twin: healthy
Fix: [self.num_layers, self.batch_size, self.hidden_width] => [self.num_layers, x.size(0), self.hidden_width]

A state has one column for each sequence of the batch.
"""

import torch
from torch import nn


class LSTMRegressor(nn.Module):
    def __init__(self, inputs: int, hidden_width: int, depth: int, batch_size: int):
        super().__init__()
        self.num_layers = depth
        self.hidden_width = hidden_width
        self.batch_size = batch_size
        self.lstm_layers = nn.LSTM(inputs, hidden_width, depth, batch_first=True)
        self.norm = nn.LayerNorm(hidden_width)

    def forward(self, x):
        shape = [self.num_layers, self.batch_size, self.hidden_width]
        h0 = torch.zeros(shape)
        c0 = torch.zeros(shape)
        out, _ = self.lstm_layers(x, (h0, c0))
        return self.norm(out[:, -1])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = LSTMRegressor(5, 8, depth=2, batch_size=4)
        self.final_fc = nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 1))

    def forward(self, x):
        return self.final_fc(self.model(x))
