"""Predicted coordinates are cast to integers to look values up

Source: https://github.com/pytorch/pytorch/issues/91431
Adapted: one-dimensional, with a clamp as in the report; the looked-up table trains
Inputs: 5x4
Spoils: none locate.*
Codes: CUT104 CUT103
Line: index = position.long()
Op: aten::to aten::long

The table is read at integers: how it was come to them no longer counts.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.locate = nn.Linear(4, 3)
        self.table = nn.Parameter(torch.randn(16))

    def forward(self, x):
        position = torch.clamp(self.locate(x) * 4 + 8, 0, 15)
        index = position.long()
        return self.table[index]
