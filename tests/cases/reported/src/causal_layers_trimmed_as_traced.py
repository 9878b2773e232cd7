"""Causal convolutions trim what they padded, down to the length that was traced

Source: https://github.com/pytorch/pytorch/issues/43548
Adapted: the bound of a slice in a temporal convolution, of twenty samples
Export: trace 2x2x20
Inputs: 2x2x36
Spoils: wrong
Codes: SHP712
Line: length = int(x.shape[-1])
Line: return torch.relu(self.norm(y[:, :, :length]))
Op: aten::slice prim::Constant
Module: layers.0 layers.1
Twin: healthy
Fix: int(x.shape[-1]) => x.shape[-1]

int() wrote twenty into the trace: of the thirty-six samples sixteen are thrown away with the padding.
"""

import torch
from torch import nn


class CausalLayer(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, dilation: int):
        super().__init__()
        self.conv = nn.Conv1d(in_channels, out_channels, 3, padding=2 * dilation, dilation=dilation, bias=False)
        self.norm = nn.GroupNorm(2, out_channels)

    def forward(self, x):
        length = int(x.shape[-1])
        y = self.conv(x)
        return torch.relu(self.norm(y[:, :, :length]))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([CausalLayer(2, 6, 1), CausalLayer(6, 8, 2)])
        self.head = nn.Linear(8, 4)

    def forward(self, signal):
        x = signal
        for layer in self.layers:
            x = layer(x)
        return self.head(x.mean(dim=-1))
