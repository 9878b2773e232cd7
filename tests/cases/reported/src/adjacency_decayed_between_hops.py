"""A graph of similar medicines is decayed in place from hop to hop

Source: https://github.com/WOW5678/CompNet/issues/2
Adapted: the graph comes from the features, two hops
Inputs: 2x5x6; 2x4
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: adj.mul_(self.decay)
Op: aten::mul_
Module: rgcn
Fix: adj.mul_(self.decay) => adj = adj * self.decay

The product of a hop needs the graph as it was.
"""

import torch
from torch import nn
from torch.nn import functional as F


class RGCN(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.decay = 0.5
        self.query = nn.Linear(dim, dim)
        self.hops = nn.ModuleList([nn.Linear(dim, dim) for _ in range(2)])

    def forward(self, h):
        adj = torch.bmm(self.query(h), h.transpose(1, 2)) / h.size(2) ** 0.5
        for hop in self.hops:
            h = torch.tanh(hop(torch.bmm(adj, h)))
            adj.mul_(self.decay)
        return h


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(6, 8)
        self.rgcn = RGCN(8)
        self.state = nn.Linear(4, 8)
        self.q_value = nn.Linear(16, 1)

    def forward(self, medicines, patient):
        h = self.rgcn(self.embed(medicines)).mean(dim=1)
        s = F.relu(self.state(patient))
        return self.q_value(torch.cat((h, s), dim=1)).squeeze(1)
