"""A vocoder that was traced with twenty samples is sent thirty-three, of more sentences

Source: https://github.com/r9y9/wavenet_vocoder/issues/200
Adapted: three layers, the mel bands already at the rate of the samples
Export: trace 1x1x20; 1x4x20
Inputs: 3x1x33; 3x4x33
Loss: mean

A layer makes 16 channels, gates them to 8, and trims what it padded: all from the sizes of its input, which a trace
keeps as sizes.
"""

import torch
from torch import nn


class ResidualConv1dGLU(nn.Module):
    def __init__(self, residual: int, gate: int, cin: int, dilation: int):
        super().__init__()
        self.conv = nn.Conv1d(residual, gate, 3, padding=2 * dilation, dilation=dilation)
        self.conv1x1c = nn.Conv1d(cin, gate, 1, bias=False)
        self.conv1x1_out = nn.Conv1d(gate // 2, residual, 1)
        self.conv1x1_skip = nn.Conv1d(gate // 2, residual, 1)

    def forward(self, x, c):
        residual = x
        x = self.conv(x)
        x = x[:, :, : residual.size(-1)]
        a, b = x.split(x.size(1) // 2, dim=1)
        ca, cb = self.conv1x1c(c).chunk(2, dim=1)
        x = torch.tanh(a + ca) * torch.sigmoid(b + cb)
        s = self.conv1x1_skip(x)
        x = (self.conv1x1_out(x) + residual) * 0.5**0.5
        return x, s


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first_conv = nn.Conv1d(1, 8, 1)
        self.conv_layers = nn.ModuleList([ResidualConv1dGLU(8, 16, 4, 2**i) for i in range(3)])
        self.last_conv = nn.Conv1d(16, 6, 1)

    def forward(self, x, c):
        x = self.first_conv(x)
        skips = torch.zeros_like(x)
        for f in self.conv_layers:
            x, h = f(x, c)
            skips = skips + h
        skips = skips * (1.0 / 3) ** 0.5
        return self.last_conv(torch.relu(torch.cat([skips, x], dim=1)))
