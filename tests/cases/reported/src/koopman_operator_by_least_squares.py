"""A Koopman operator is solved by least squares from one step to the next

Source: https://github.com/thuml/Koopa/issues/4
Adapted: seven steps of three latents; this version of torch has the derivative that was missing
Inputs: 2x7x5

The solution of a full-rank system has a derivative in both of its sides.
"""

import torch
from torch import nn


class KPLayer(nn.Module):
    def forward(self, z):
        before, after = z[:, :-1], z[:, 1:]
        operator = torch.linalg.lstsq(before, after)[0]
        return torch.bmm(z[:, -1:], operator), torch.bmm(before, operator)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
        self.dynamics = KPLayer()
        self.decoder = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 5))

    def forward(self, series):
        forecast, past = self.dynamics(self.encoder(series))
        return self.decoder(torch.cat([past, forecast], dim=1))
