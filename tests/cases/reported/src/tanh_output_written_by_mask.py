"""Padded positions of an activation are set to zero in place

Source: https://github.com/pytorch/pytorch/issues/5687
Adapted: tanh and masked_fill_ instead of relu and iadd
Inputs: 3x4x5
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: h.masked_fill_(padded.unsqueeze(-1), 0.0)
Op: aten::masked_fill_
Twin: healthy
Fix: h.masked_fill_(padded.unsqueeze(-1), 0.0) => h = h.masked_fill(padded.unsqueeze(-1), 0.0)

tanh keeps its output for backward.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(5, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        padded = torch.arange(x.size(1)).expand(x.size(0), x.size(1)) >= 3
        h = torch.tanh(self.embed(x))
        h.masked_fill_(padded.unsqueeze(-1), 0.0)
        return self.out(h.sum(1))
