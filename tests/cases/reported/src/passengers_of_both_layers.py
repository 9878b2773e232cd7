"""The last states of both layers of an LSTM become rows of the batch

Source: https://github.com/spdin/time-series-prediction-lstm-pytorch/issues/3
Adapted: two layers, of which the report warns
Inputs: 4x7x1
Loss: mean
Spoils: wrong
Codes: SHP718
Line: h_out = h_out.view(-1, self.hidden_size)
Op: aten::view
Module: .
Fix: h_out.view(-1, self.hidden_size) => h_out[-1]

Four series return eight predictions, four of them from the layer below.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_classes: int = 1, input_size: int = 1, hidden_size: int = 6, num_layers: int = 2):
        super().__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h_0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, device=x.device)
        c_0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, device=x.device)
        ula, (h_out, c_out) = self.lstm(x, (h_0, c_0))
        h_out = h_out.view(-1, self.hidden_size)
        return self.fc(h_out)
