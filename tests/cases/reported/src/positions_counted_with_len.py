"""A traced model keeps the number of positions that it was traced with

Source: https://github.com/ray-project/ray/pull/30684
Adapted: positions of a sequence
Export: trace 2x5x4
Inputs: 2x7x4
Raises: forward: must match the size of tensor b (5) at non-singleton dimension 1
Codes: SHP712
Line: positions = torch.arange(len(x[0])).float().unsqueeze(-1)
Line: return self.out(torch.tanh(self.body(x) + self.scale * positions))
Op: prim::Constant aten::add aten::arange
Fix: torch.arange(len(x[0])) => torch.arange(x.shape[1])

len() of a tensor is a number of the example.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 6)
        self.scale = nn.Parameter(torch.full((6,), 0.1))
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        positions = torch.arange(len(x[0])).float().unsqueeze(-1)
        return self.out(torch.tanh(self.body(x) + self.scale * positions))
