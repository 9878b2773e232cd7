"""A penalty on the deviation of a channel that is constant

Source: https://github.com/pytorch/pytorch/issues/2421
Adapted: a standard deviation instead of a norm; a zero-initialised layer makes the constant
Inputs: 4x5
Loss: output
Spoils: nan gain.*
Codes: NUM602
Line: spread = torch.sqrt(g.var(0, unbiased=False))
Op: aten::sqrt
Fix: g.var(0, unbiased=False) => g.var(0, unbiased=False) + 1e-5

The root of a variance of zero has an infinite derivative.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 4)
        self.gain = nn.Linear(5, 4)
        nn.init.zeros_(self.gain.weight)

    def forward(self, x):
        g = self.gain(x)
        spread = torch.sqrt(g.var(0, unbiased=False))
        return (self.body(x) * (1 + g)).pow(2).mean() + (1 - spread).clamp(min=0).mean()
