"""Weights loaded from a file are plain tensors, and no parameters

Source: https://github.com/pytorch/examples/issues/277
Adapted: a fully connected layer; a last layer is a real one
Inputs: 4x5
Spoils: wrong
Codes: PAR206
Line: return torch.relu(F.linear(x, self.w, self.b))
Line: self.w = torch.randn(6, 5)
Op: prim::GetAttr
Module: first
Fix: self.w = torch.randn(6, 5) => self.w = nn.Parameter(torch.randn(6, 5))

They are used as a weight, and no optimiser ever sees them.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Loaded(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.randn(6, 5)
        self.b = torch.zeros(6)

    def forward(self, x):
        return torch.relu(F.linear(x, self.w, self.b))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Loaded()
        self.last = nn.Linear(6, 2)

    def forward(self, x):
        return self.last(self.first(x))
