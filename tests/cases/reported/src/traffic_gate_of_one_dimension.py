"""The gate of a graph WaveNet is a Conv1d with a kernel of two axes, beside a filter that is a Conv2d

Source: https://github.com/nnzhan/Graph-WaveNet/issues/47
Adapted: two layers, five sensors; the other convolutions are of two dimensions already
Inputs: 2x2x5x7
Loss: mean
Raises: forward: Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [2, 8, 5, 7]
Codes: SHP703
Line: gate = torch.sigmoid(self.gate_conv(residual))
Line: self.gate_conv = nn.Conv1d(channels, channels, kernel_size=(1, 2), dilation=dilation)
Op: aten::conv1d
Module: block1.gate_conv
Fix: nn.Conv1d(channels => nn.Conv2d(channels

Sensors and time are two axes; older versions of torch let the one pass for the other.
"""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.filter_conv = nn.Conv2d(channels, channels, kernel_size=(1, 2), dilation=dilation)
        self.gate_conv = nn.Conv1d(channels, channels, kernel_size=(1, 2), dilation=dilation)
        self.mlp = nn.Conv2d(channels * 2, channels, kernel_size=(1, 1))
        self.skip_conv = nn.Conv2d(channels, 6, kernel_size=(1, 1))

    def forward(self, residual, adj):
        filter = torch.tanh(self.filter_conv(residual))
        gate = torch.sigmoid(self.gate_conv(residual))
        x = filter * gate
        x = self.mlp(torch.cat([x, torch.einsum("ncvl,vw->ncwl", x, adj)], dim=1))
        x = x + residual[:, :, :, -x.size(3) :]
        return x, self.skip_conv(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.start_conv = nn.Conv2d(2, 8, kernel_size=(1, 1))
        self.nodevec1 = nn.Parameter(torch.randn(5, 4))
        self.nodevec2 = nn.Parameter(torch.randn(4, 5))
        self.block1 = Block(8, 1)
        self.block2 = Block(8, 2)
        self.end_conv = nn.Conv2d(6, 3, kernel_size=(1, 1))

    def forward(self, input):
        adp = torch.softmax(torch.relu(self.nodevec1 @ self.nodevec2), dim=1)
        x, skip1 = self.block1(self.start_conv(input), adp)
        x, skip2 = self.block2(x, adp)
        skip = skip1[:, :, :, -skip2.size(3) :] + skip2
        return self.end_conv(torch.relu(skip))
