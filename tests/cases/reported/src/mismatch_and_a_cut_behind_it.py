"""A matrix product that does not fit, and a detach that nobody has met yet

Source: https://github.com/pytorch/pytorch/issues/139037
Adapted: the report's joined branches; the detach is that of https://github.com/lucidrains/CoCa-pytorch/issues/6
Inputs: 3x4; 3x5
Raises: forward: mat1 and mat2 shapes cannot be multiplied (3x12 and 10x2)
Codes: SHP701
Line: return self.out(torch.cat([a, b], 1))
Line: self.out = nn.Linear(10, 2)
Op: aten::linear
Module: out
Fix: nn.Linear(10, 2) => nn.Linear(12, 2)
Fix: torch.relu(self.left(x)).detach() => torch.tanh(self.left(x))
Later: CUT101 | aten::detach | . | a = torch.relu(self.left(x)).detach() | spoils none left.*

With the size put right the left branch would still not learn.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(4, 6)
        self.right = nn.Linear(5, 6)
        self.out = nn.Linear(10, 2)

    def forward(self, x, y):
        a = torch.relu(self.left(x)).detach()
        b = torch.tanh(self.right(y))
        return self.out(torch.cat([a, b], 1))
