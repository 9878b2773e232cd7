"""Weights are made binary by their sign, with no straight-through estimator

Source: https://github.com/eladhoffer/quantized.pytorch/issues/5
Adapted: a linear layer; the report asks about the estimator that is missing here
Inputs: 4x6
Spoils: zero hidden.weight
Codes: ZER501
Line: return F.linear(x, torch.sign(self.weight), self.bias)
Op: aten::sign
Module: hidden
Twin: healthy
Fix: torch.sign(self.weight) => (self.weight + (torch.sign(self.weight) - self.weight).detach())

A sign does not change when its argument changes a little.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Binary(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(5, 6))
        self.bias = nn.Parameter(torch.zeros(5))

    def forward(self, x):
        return F.linear(x, torch.sign(self.weight), self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Binary()
        self.out = nn.Linear(5, 2)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))
