"""A recurrent cell over measurements of which some are not a number

Source: Recurrent Neural Networks for Multivariate Time Series with Missing Values, https://arxiv.org/abs/1606.01865
Adapted: what is large is missing; the last value decays to the mean
Inputs: 3x6x4

They are replaced before anything learnt touches them, and nothing that is not finite is ever differentiated.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.decay = nn.Linear(4, 4)
        self.cell = nn.GRUCell(8, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, series):
        x = series.masked_fill(series > 0.8, float("nan"))
        seen = ~torch.isnan(x)
        x = torch.nan_to_num(x, nan=0.0)
        h = torch.zeros(x.size(0), 6)
        last = torch.zeros(x.size(0), 4)
        since = torch.zeros(x.size(0), 4)
        for t in range(x.size(1)):
            gamma = torch.exp(-torch.relu(self.decay(since)))
            step = torch.where(seen[:, t], x[:, t], gamma * last)
            last = torch.where(seen[:, t], x[:, t], last)
            since = torch.where(seen[:, t], torch.ones_like(since), since + 1)
            h = self.cell(torch.cat([step, seen[:, t].float()], dim=1), h)
        return self.out(h)
