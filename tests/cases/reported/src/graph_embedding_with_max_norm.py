"""A table of entities is projected before it is looked up, and the look-up shortens its rows

Source: https://github.com/pytorch/pytorch/issues/26596
Adapted: a small scorer of entities against all others
Export: trace 4:int64[0,6)
Inputs: 4:int64[0,6)
Raises: backward: has been modified by an inplace operation
Codes: IPL301
Line: every = self.project(self.entities.weight)
Line: chosen = self.project(self.entities(head))
Line: self.entities = nn.Embedding(6, 5, max_norm=1.0)
Op: aten::embedding_renorm_
Module: entities .
Twin: healthy
Fix: every = self.project(self.entities.weight) => every = self.project(self.entities.weight.clone())

A look-up with max_norm writes into the weight that the product before it has kept.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.entities = nn.Embedding(6, 5, max_norm=1.0)
        self.project = nn.Linear(5, 7, bias=False)
        self.mix = nn.Sequential(nn.Linear(7, 8), nn.Tanh(), nn.Linear(8, 1))

    def pairs(self, head):
        every = self.project(self.entities.weight)
        chosen = self.project(self.entities(head))
        return every.unsqueeze(0) * chosen.unsqueeze(1)

    def forward(self, head):
        return self.mix(self.pairs(head)).squeeze(-1)
