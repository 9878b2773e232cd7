"""The second layer of a graph attention network forgets that heads were joined, and its edges are cut off

Source: https://github.com/pyg-team/pytorch_geometric/issues/2084
Adapted: dense adjacency; edges with features and their detach are added
Inputs: [{"shape": [6, 5]}, {"shape": [6, 6, 3]}, {"shape": [6, 6], "fill": "ones"}]
Raises: forward: mat1 and mat2 shapes cannot be multiplied (6x16 and 8x16)
Codes: SHP701
Line: h = self.lin(x).view(nodes, self.heads, self.out_channels)
Line: x = self.conv2(x, bias, adj)
Line: self.conv2 = GATConv(8, 8, heads=2)
Op: aten::linear
Module: conv2.lin
Fix: GATConv(8, 8, heads=2) => GATConv(16, 8, heads=2)
Fix: self.edge_encoder(edge_attr).squeeze(-1).detach() => self.edge_encoder(edge_attr).squeeze(-1)
Later: CUT101 | aten::detach | . | bias = self.edge_encoder(edge_attr).squeeze(-1).detach() | spoils none edge_encoder.*

Two heads of eight make sixteen. Behind it, what the edges say is detached.
"""

import torch
from torch import nn
from torch.nn import functional as F


class GATConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, heads: int):
        super().__init__()
        self.heads = heads
        self.out_channels = out_channels
        self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
        self.att_src = nn.Parameter(torch.randn(heads, out_channels) * 0.3)
        self.att_dst = nn.Parameter(torch.randn(heads, out_channels) * 0.3)

    def forward(self, x, bias, adj):
        nodes = x.size(0)
        h = self.lin(x).view(nodes, self.heads, self.out_channels)
        source, target = (h * self.att_src).sum(dim=-1), (h * self.att_dst).sum(dim=-1)
        scores = F.leaky_relu(target.unsqueeze(1) + source.unsqueeze(0) + bias.unsqueeze(-1), 0.2)
        scores = scores.masked_fill(adj.unsqueeze(-1) == 0, -1e9)
        alpha = torch.softmax(scores, dim=1)
        return torch.einsum("ijh,jhc->ihc", alpha, h).reshape(nodes, self.heads * self.out_channels)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.edge_encoder = nn.Linear(3, 1)
        self.conv1 = GATConv(5, 8, heads=2)
        self.conv2 = GATConv(8, 8, heads=2)
        self.lin = nn.Linear(16, 3)

    def forward(self, x, edge_attr, adj):
        bias = self.edge_encoder(edge_attr).squeeze(-1).detach()
        x = F.elu(self.conv1(x, bias, adj))
        x = self.conv2(x, bias, adj)
        return self.lin(F.elu(x))
