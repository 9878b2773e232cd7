"""A graph network evolves its weight with a recurrent cell, and keeps it for the next snapshot

Source: https://github.com/benedekrozemberczki/pytorch_geometric_temporal/issues/305
Adapted: a dense graph; the pooled nodes drive the cell as there
Inputs: 5x4; 5x5
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.weight = W
Op: prim::SetAttr
Module: recurrent
Fix: self.weight = W => self.weight = W.detach()

The second snapshot starts from the first one's weight, whose graph is gone.
"""

import torch
from torch import nn


class EvolveGCNH(nn.Module):
    def __init__(self):
        super().__init__()
        self.pooling = nn.Linear(4, 1)
        self.recurrent_layer = nn.GRUCell(4, 4)
        self.weight = torch.eye(4)

    def forward(self, X, adj):
        score = torch.tanh(self.pooling(X))
        X_tilde = (X * score)[:4]
        W = self.recurrent_layer(X_tilde, self.weight)
        self.weight = W
        return adj @ (X @ W)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = EvolveGCNH()
        self.linear = nn.Linear(4, 1)

    def forward(self, x, edges):
        adj = torch.softmax(edges, dim=-1)
        h = torch.tanh(self.recurrent(x, adj))
        return self.linear(h)
