"""A relation has the index that the embedding keeps for padding

Source: https://github.com/ibalazevic/TuckER/issues/17
Adapted: a batch in which only the first relation occurs
Inputs: 4:int64[0,6)
Spoils: zero relations.weight
Codes: ZER507
Line: return (self.entities(head) * self.relations(relation)).sum(1) + self.bias
Line: self.relations = nn.Embedding(3, 5, padding_idx=0)
Op: aten::embedding
Module: relations
Fix: nn.Embedding(3, 5, padding_idx=0) => nn.Embedding(3, 5)

The row of the padding index never gets a gradient.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.entities = nn.Embedding(6, 5)
        self.relations = nn.Embedding(3, 5, padding_idx=0)
        self.bias = nn.Parameter(torch.zeros(1))
        nn.init.normal_(self.relations.weight)

    def forward(self, head):
        relation = torch.zeros_like(head)
        return (self.entities(head) * self.relations(relation)).sum(1) + self.bias
