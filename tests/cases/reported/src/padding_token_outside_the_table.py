"""Sequences are padded with minus one, which the embedding does not have

Source: https://github.com/lucidrains/audiolm-pytorch/issues/18
Adapted: the padding is written in the forward
Inputs: 3x5:int64[0,7)
Raises: forward: index out of range in self
Codes: SHP710
Line: return self.out(self.embed(ids).mean(1))
Line: ids = ids.masked_fill(torch.arange(ids.size(1)) >= 3, -1)
Op: aten::embedding aten::masked_fill
Module: embed .
Fix: ids = ids.masked_fill(torch.arange(ids.size(1)) >= 3, -1) => ids = ids.masked_fill(torch.arange(ids.size(1)) >= 3, 7)

A table of eight rows has indices from zero to seven.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(8, 4)
        self.out = nn.Linear(4, 2)

    def forward(self, ids):
        ids = ids.masked_fill(torch.arange(ids.size(1)) >= 3, -1)
        return self.out(self.embed(ids).mean(1))
