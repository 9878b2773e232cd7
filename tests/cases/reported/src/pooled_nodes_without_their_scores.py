"""The best nodes of a graph are kept, and their scores are not multiplied in

Source: https://github.com/pyg-team/pytorch_geometric/issues/1394
Adapted: one dense graph; half of the nodes are kept
Inputs: 8x5; 8x8
Spoils: none pool1.score_layer.*
Codes: CUT103
Line: perm = torch.topk(score, int(self.ratio * x.size(0)))[1]
Op: aten::topk
Module: pool1
Fix: return x[perm], adj[perm][:, perm] => return x[perm] * torch.tanh(score[perm]).unsqueeze(-1), adj[perm][:, perm]

The score decides which nodes stay; what is left of them does not tell of it.
"""

import torch
from torch import nn


class GCNConv(nn.Module):
    def __init__(self, inside: int, outside: int):
        super().__init__()
        self.lin = nn.Linear(inside, outside)

    def forward(self, x, adj):
        return adj @ self.lin(x)


class SAGPool(nn.Module):
    def __init__(self, channels: int, ratio: float = 0.5):
        super().__init__()
        self.ratio = ratio
        self.score_layer = GCNConv(channels, 1)

    def forward(self, x, adj):
        score = self.score_layer(x, adj).squeeze(-1)
        perm = torch.topk(score, int(self.ratio * x.size(0)))[1]
        return x[perm], adj[perm][:, perm]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = GCNConv(5, 6)
        self.pool1 = SAGPool(6)
        self.conv2 = GCNConv(6, 6)
        self.lin = nn.Linear(6, 3)

    def forward(self, x, edges):
        adj = torch.softmax(edges, dim=-1)
        x = torch.tanh(self.conv1(x, adj))
        x, adj = self.pool1(x, adj)
        x = torch.tanh(self.conv2(x, adj))
        return self.lin(x.mean(0, keepdim=True))
