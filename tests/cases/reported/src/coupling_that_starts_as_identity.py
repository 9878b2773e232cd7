"""Affine couplings of a flow, each behind a convolution that starts at zero

Source: https://github.com/ksw0306/FloWaveNet/issues/9
Adapted: two couplings, no context
Inputs: [{"shape": [3, 4, 12]}]
Loss: output

At first every coupling is the identity and what stands before its zero convolution gets nothing; after one step
it does.
"""

import math

import torch
from torch import nn


class ZeroConv1d(nn.Module):
    def __init__(self, in_channel: int, out_channel: int):
        super().__init__()
        self.conv = nn.Conv1d(in_channel, out_channel, 1)
        self.conv.weight.data.zero_()
        self.conv.bias.data.zero_()
        self.scale = nn.Parameter(torch.zeros(1, out_channel, 1))

    def forward(self, x):
        return self.conv(x) * torch.exp(self.scale * 3)


class AffineCoupling(nn.Module):
    def __init__(self, in_channel: int):
        super().__init__()
        self.net = nn.Sequential(nn.Conv1d(in_channel // 2, 8, 3, padding=1), nn.Tanh(), ZeroConv1d(8, in_channel))

    def forward(self, x):
        in_a, in_b = x.chunk(2, 1)
        log_s, t = self.net(in_a).chunk(2, 1)
        out_b = (in_b - t) * torch.exp(-log_s)
        return torch.cat([in_a, out_b], 1), -log_s.mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flows = nn.ModuleList([AffineCoupling(4) for _ in range(2)])

    def forward(self, x):
        logdet = torch.zeros(1)
        for flow in self.flows:
            x, det = flow(x)
            logdet = logdet + det
            x = x.flip(1)
        log_p = (-0.5 * (math.log(2.0 * math.pi) + x.pow(2))).mean()
        return -(log_p + logdet).sum()
