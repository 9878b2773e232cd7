"""Batch normalisation of a single picture

Source: https://github.com/pytorch/pytorch/issues/6468
Adapted: a small stylising network around it
Inputs: 1x3x8x8

A single picture has many places, so that there is a variance.
"""

import torch
from torch import nn


class ConvBlock(nn.Module):
    def __init__(self, inp: int, out: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(inp, out, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x):
        return torch.tanh(self.bn(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = ConvBlock(3, 6, 2)
        self.body = ConvBlock(6, 6, 1)
        self.out = nn.Conv2d(6, 12, 1)
        self.up = nn.PixelShuffle(2)

    def forward(self, x):
        h = self.down(x)
        h = h + self.body(h)
        return torch.sigmoid(self.up(self.out(h)))
