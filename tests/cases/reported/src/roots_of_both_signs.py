"""The signed square root of an edge score as a difference of two roots of relus

Source: https://github.com/LiamMa/GRIT/issues/1
Adapted: two heads, a complete graph
Inputs: 2x4x6
Spoils: nan layers.0.* layers.1.E.* layers.1.Q.* layers.1.K.* node_in.* from call 2
Codes: FMT901 NUM602
Line: score = torch.sqrt(torch.relu(score)) - torch.sqrt(torch.relu(-score))
Op: aten::sqrt
Module: layers.1 layers.0
Fix: torch.sqrt(torch.relu(score)) - torch.sqrt(torch.relu(-score)) => torch.sign(score) * torch.sqrt(torch.abs(score) + 1e-6)

One of the two is the root of zero for every score. At first relu's own derivative keeps its infinity out, from the
second call on the optimising executor multiplies zero by it.
"""

import torch
from torch import nn


class MultiHeadAttentionLayerGritSparse(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.Q = nn.Linear(dim, dim)
        self.K = nn.Linear(dim, dim, bias=False)
        self.E = nn.Linear(dim, dim)
        self.V = nn.Linear(dim, dim)
        self.O = nn.Linear(dim, dim)

    def forward(self, h, e):
        score = (self.K(h).unsqueeze(1) + self.Q(h).unsqueeze(2)) * self.E(e)
        score = torch.sqrt(torch.relu(score)) - torch.sqrt(torch.relu(-score))
        attn = torch.softmax(score.sum(-1), dim=-1)
        return h + self.O(attn @ self.V(h))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.node_in = nn.Linear(6, 4)
        self.layers = nn.ModuleList([MultiHeadAttentionLayerGritSparse(4) for _ in range(2)])
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        h = self.node_in(x)
        e = torch.cat([x.unsqueeze(1) - x.unsqueeze(2), x.unsqueeze(1) * x.unsqueeze(2)], dim=-1)[..., 2:6]
        for layer in self.layers:
            h = layer(h, e)
        return self.head(h.mean(1))
