"""A low-rank adapter whose two factors both start at zero

Source: https://github.com/Guitaricet/relora/issues/18
Adapted: one adapted layer, and a head that trains
Inputs: 4x6
Spoils: zero adapted.down adapted.up
Codes: ZER506
Line: return self.base(x) + F.linear(F.linear(x, self.down), self.up)
Op: aten::linear aten::add
Module: adapted
Twin: healthy
Fix: torch.zeros(2, 6) => torch.randn(2, 6)

Each factor's gradient is a product with the other one, which is zero: neither ever leaves it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Adapted(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(6, 6).requires_grad_(False)
        self.down = nn.Parameter(torch.zeros(2, 6))
        self.up = nn.Parameter(torch.zeros(6, 2))

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.down), self.up)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.adapted = Adapted()
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        return self.head(torch.relu(self.adapted(x)))
