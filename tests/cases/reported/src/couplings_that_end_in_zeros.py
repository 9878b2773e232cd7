"""The convolutions at the end of a flow's couplings start with zeros, weight, bias and scale

Source: https://github.com/chaiyujin/glow-pytorch/issues/12
Adapted: two couplings, no squeezing
Inputs: 2x4x6x6
Loss: output

Whoever asks whether training will change the zeros: it does, from the first step.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Conv2dZeros(nn.Module):
    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.logs = nn.Parameter(torch.zeros(out_channels, 1, 1))
        self.conv.weight.data.zero_()
        self.conv.bias.data.zero_()

    def forward(self, x):
        return self.conv(x) * torch.exp(self.logs * 3)


class Coupling(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(channels // 2, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 1), nn.ReLU(), Conv2dZeros(8, channels)
        )

    def forward(self, z):
        z1, z2 = z.chunk(2, dim=1)
        shift, scale = self.block(z1).chunk(2, dim=1)
        scale = torch.sigmoid(scale + 2.0)
        z2 = (z2 + shift) * scale
        return torch.cat([z2, z1], dim=1), torch.log(scale).sum(dim=[1, 2, 3])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flows = nn.ModuleList([Coupling(4), Coupling(4)])

    def forward(self, x):
        z = x
        logdet = torch.zeros(x.size(0))
        for flow in self.flows:
            z, det = flow(z)
            logdet = logdet + det
        logp = -0.5 * z.pow(2).sum(dim=[1, 2, 3])
        return -(logp + logdet).mean() / 144.0
