"""Joints of a skeleton are mixed by an einsum over three subsets of neighbours

Source: https://github.com/open-mmlab/mmskeleton/issues/138
Adapted: one layer, five joints
Inputs: 2x3x8x5
Loss: mean

Five axes meet three, and every letter has its size: the subsets and the joints are summed over.
"""

import torch
from torch import nn


class ConvTemporalGraphical(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int):
        super().__init__()
        self.kernel_size = kernel_size
        self.conv = nn.Conv2d(in_channels, out_channels * kernel_size, 1)

    def forward(self, x, A):
        x = self.conv(x)
        n, kc, t, v = x.size()
        x = x.view(n, self.kernel_size, kc // self.kernel_size, t, v)
        x = torch.einsum("nkctv,kvw->nctw", x, A)
        return x.contiguous()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("A", torch.softmax(torch.randn(3, 5, 5), dim=1))
        self.edge_importance = nn.Parameter(torch.ones(3, 5, 5))
        self.data_bn = nn.BatchNorm1d(3 * 5)
        self.gcn = ConvTemporalGraphical(3, 8, 3)
        self.tcn = nn.Conv2d(8, 8, (3, 1), padding=(1, 0))
        self.fcn = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        N, C, T, V = x.size()
        x = x.permute(0, 3, 1, 2).contiguous().view(N, V * C, T)
        x = self.data_bn(x)
        x = x.view(N, V, C, T).permute(0, 2, 3, 1).contiguous()
        x = torch.relu(self.gcn(x, self.A * self.edge_importance))
        x = torch.relu(self.tcn(x))
        x = x.mean(dim=(2, 3), keepdim=True)
        return self.fcn(x).view(N, -1)
