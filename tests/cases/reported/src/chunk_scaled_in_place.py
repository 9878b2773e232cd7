"""The gate of a gated linear unit is scaled in place, on a view that chunk returned

Source: https://github.com/OpenNMT/OpenNMT-py/issues/2303
Adapted: a gated linear unit instead of the report's encoder
Inputs: 4x6
Raises: forward: is a view and is being modified inplace
Codes: IPL303
Line: gate.mul_(0.5)
Op: aten::mul_
Module: glu
Twin: healthy
Fix: gate.mul_(0.5) => gate = gate * 0.5

chunk returns several views of one tensor.
"""

import torch
from torch import nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.both = nn.Linear(6, 8)

    def forward(self, x):
        value, gate = torch.chunk(self.both(x), 2, dim=-1)
        gate.mul_(0.5)
        return value * torch.sigmoid(gate)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.glu = Gated()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.glu(x))
