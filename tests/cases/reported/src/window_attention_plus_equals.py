"""The convolution of a backbone's features is added to them in place

Source: https://github.com/microsoft/unilm/pull/999
Adapted: the positional convolution of an encoder
Inputs: 2x6x5
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: x += x_conv
Op: aten::add_
Module: encoder
Fix: x += x_conv => x = x + x_conv

The convolution keeps its input for backward, and that is what is written.
"""

import torch
from torch import nn


class TransformerEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos_conv = nn.Sequential(nn.Conv1d(6, 6, 3, padding=1, groups=2), nn.GELU())
        self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(2)])
        self.norm = nn.LayerNorm(6)

    def extract_features(self, x):
        x_conv = self.pos_conv(x.transpose(1, 2))
        x_conv = x_conv.transpose(1, 2)
        x += x_conv
        for layer in self.layers:
            x = x + torch.tanh(layer(x))
        return x

    def forward(self, x):
        return self.norm(self.extract_features(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.post_extract_proj = nn.Linear(5, 6)
        self.encoder = TransformerEncoder()
        self.proj = nn.Linear(6, 3)

    def forward(self, source):
        return self.proj(self.encoder(self.post_extract_proj(source)))
