"""Residual branches start scaled by a ten-thousandth

Source: Going deeper with Image Transformers, https://arxiv.org/abs/2103.17239
Inputs: 4x6

Small gradients are not vanished ones.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.mix = nn.Linear(6, 6)
        self.scale = nn.Parameter(torch.full((6,), 1e-4))

    def forward(self, x):
        return x + self.scale * F.gelu(self.mix(self.norm(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block())
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        return self.out(self.blocks(x))
