"""Stochastic depth and dropout: parts of the network are switched off at random

Source: Deep Networks with Stochastic Depth, https://arxiv.org/abs/1603.09382
Adapted: samples are dropped, not the batch, and seldom enough that every block is used
Inputs: 16x6

Zeros here and there are what dropout is for.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(6, 6)
        self.drop = nn.Dropout(0.2)

    def forward(self, x):
        kept = (torch.rand(x.size(0), 1) < 0.8).float() / 0.8
        return x + kept * self.drop(F.gelu(self.mix(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block(), Block())

    def forward(self, x):
        return self.blocks(x)
