"""In-place writes on sums and products by constants

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-operations-with-autograd
Adapted: add, scale and clamp after a linear layer
Inputs: 4x5

A linear layer does not keep its output, and neither does a sum.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 6)
        self.second = nn.Linear(6, 3)

    def forward(self, x):
        h = self.first(x)
        h += 0.1
        h.mul_(2.0)
        out = self.second(torch.tanh(h))
        out -= out.mean().detach()
        return out
