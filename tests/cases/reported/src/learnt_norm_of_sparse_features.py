"""A pooling whose exponent is learnt, over features that a relu has made sparse

Source: https://github.com/pytorch/pytorch/issues/80939
Adapted: the norm pools over positions; a classifier after it
Inputs: 4x40x5
Spoils: nan pool.p from call 2
Codes: FMT901 NUM602
Line: return x.abs().pow(p).sum(1).pow(1 / p)
Op: aten::pow
Module: pool
Fix: return x.abs().pow(p).sum(1).pow(1 / p) => return (x.abs() + 1e-4).pow(p).sum(1).pow(1 / p)

The derivative by the exponent has the logarithm of a zero: torch itself makes that zero, the optimising executor NaN.
"""

import torch
from torch import nn


class PNormPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.tensor(3.0))

    def pnorm(self, x, p):
        return x.abs().pow(p).sum(1).pow(1 / p)

    def forward(self, x):
        return self.pnorm(x, self.p)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(5, 8)
        self.pool = PNormPool()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc(self.pool(torch.relu(self.encoder(x))))
