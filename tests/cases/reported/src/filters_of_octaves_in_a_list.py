"""The filters of a wavelet network, one for each octave, stand in a Python list

Source: https://github.com/kymatio/murenn/issues/42
Adapted: three octaves, a classifier behind them
Inputs: 2x1x32
Spoils: wrong
Codes: PAR206 PAR205
Line: self.filters = [nn.Parameter(torch.randn(channels, 1, 5) * 0.4) for _ in range(octaves)]
Line: for weight in self.filters:
Line: band = F.conv1d(x, weight, padding=2)
Op: prim::GetAttr
Module: murenn
Fix: self.filters = [nn.Parameter(torch.randn(channels, 1, 5) * 0.4) for _ in range(octaves)] => self.filters = nn.ParameterList([torch.randn(channels, 1, 5) * 0.4 for _ in range(octaves)])

Nothing registers what is in a plain list, so that no optimiser is given it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MuReNN(nn.Module):
    def __init__(self, octaves: int, channels: int):
        super().__init__()
        self.filters = [nn.Parameter(torch.randn(channels, 1, 5) * 0.4) for _ in range(octaves)]

    def forward(self, x):
        bands = []
        for weight in self.filters:
            band = F.conv1d(x, weight, padding=2)
            bands.append(band.abs().mean(-1))
            x = F.avg_pool1d(x, 2)
        return torch.cat(bands, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.murenn = MuReNN(3, 4)
        self.norm = nn.BatchNorm1d(12)
        self.head = nn.Linear(12, 5)

    def forward(self, audio):
        return self.head(torch.relu(self.norm(self.murenn(audio))))
