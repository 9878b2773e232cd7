"""A learnt adjacency is to be normalised by rows, and its degrees are laid along the columns

Source: https://github.com/hugochan/IDGL/issues/14
Adapted: one directed graph for all samples, its degrees summed without keeping the axis
Inputs: 3x6x4
Spoils: wrong
Codes: SHP707
Line: return adj / adj.sum(1)
Op: aten::div aten::sum
Module: graph
Twin: healthy
Fix: adj.sum(1) => adj.sum(1, keepdim=True)

(nodes, nodes) by (nodes,): each column is divided by the degree of a node that it does not start from.
"""

import torch
from torch import nn


class GraphLearner(nn.Module):
    def __init__(self, n_nodes: int, rank: int):
        super().__init__()
        self.source = nn.Parameter(torch.randn(n_nodes, rank))
        self.target = nn.Parameter(torch.randn(n_nodes, rank))
        self.register_buffer("loops", torch.eye(n_nodes))

    def forward(self):
        adj = torch.sigmoid(self.source @ self.target.t()) + self.loops
        return adj / adj.sum(1)


class GraphConv(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x, adj):
        return torch.matmul(adj, self.linear(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.graph = GraphLearner(6, 3)
        self.conv1 = GraphConv(4, 8)
        self.conv2 = GraphConv(8, 5)

    def forward(self, x):
        adj = self.graph()
        x = torch.tanh(self.conv1(x, adj))
        return self.conv2(x, adj).amax(dim=1)
