"""The last state of a recurrence has its batch second, although the batch comes first

Source: https://github.com/pytorch/pytorch/issues/19675
Adapted: a forecaster of electric load, traced with another batch and another length
Export: trace 2x5x4
Inputs: 6x9x4
Loss: mean

batch_first is about inputs and outputs, so that the last layer of the states is at the front; and the trace keeps no size.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 10, num_layers=2, batch_first=True)
        self.attention = nn.Linear(10, 1, bias=False)
        self.head = nn.Sequential(nn.Linear(20, 12), nn.ReLU(), nn.Linear(12, 3))

    def forward(self, load):
        output, (h_n, c_n) = self.lstm(load)
        weights = torch.softmax(self.attention(output), dim=1)
        context = (weights * output).sum(dim=1)
        return self.head(torch.cat([h_n[-1], context], dim=1))
