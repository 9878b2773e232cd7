"""The weights of each relation are kept in a dictionary

Source: https://github.com/pytorch/pytorch/issues/632
Adapted: two relations, one weight each
Inputs: 5x4
Spoils: wrong
Codes: PAR206
Line: out = x @ self.waggrs["child"] + 0.5 * (x @ self.waggrs["parent"])
Line: self.waggrs = {rel: torch.randn(4, 3) * 0.4 for rel in ("child", "parent")}
Op: prim::GetAttr aten::__getitem__
Fix: for rel in ("child", "parent")} => for rel in ("child", "parent")}; self.waggrs = nn.ParameterDict(self.waggrs)

A dictionary is no module: what lies in it is no parameter, and is never updated.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.waggrs = {rel: torch.randn(4, 3) * 0.4 for rel in ("child", "parent")}
        self.inner = nn.Linear(4, 4)
        self.readout = nn.Linear(3, 2)

    def aggregate(self, x):
        out = x @ self.waggrs["child"] + 0.5 * (x @ self.waggrs["parent"])
        return out

    def forward(self, x):
        x = torch.tanh(self.inner(x))
        return self.readout(torch.tanh(self.aggregate(x)))
