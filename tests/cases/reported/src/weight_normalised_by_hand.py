"""A weight is a direction times a length

Source: Weight Normalization, https://arxiv.org/abs/1602.07868
Inputs: 4x5

Two parameters make one weight.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.direction = nn.Parameter(torch.randn(6, 5))
        self.length = nn.Parameter(torch.ones(6, 1))
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        weight = self.length * self.direction / self.direction.norm(2, 1, keepdim=True)
        return self.out(torch.tanh(F.linear(x, weight)))
