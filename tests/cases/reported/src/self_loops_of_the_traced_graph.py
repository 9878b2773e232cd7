"""Self loops are added for the nodes that the traced graph had

Source: https://github.com/pyg-team/pytorch_geometric/issues/7226
Adapted: message passing written out, two layers; eight nodes traced and five sent
Export: trace 8x5; 2x24:int64[0,8)
Inputs: 5x5; 2x12:int64[0,5)
Loss: mean
Raises: forward: index out of range in self
Codes: SHP712
Line: num_nodes = int(edge_index.max()) + 1
Line: loop_index = torch.arange(num_nodes, device=edge_index.device)
Line: edge_index = torch.cat([edge_index, loop_index.expand(2, -1)], dim=1)
Op: aten::arange prim::Constant aten::index_add
Module: conv1 .
Fix: int(edge_index.max()) + 1 => x.size(0)

`int()` takes the number out of the trace.
"""

import torch
from torch import nn


class MyConv(nn.Module):
    def __init__(self, cin: int, cout: int):
        super().__init__()
        self.lin = nn.Linear(cin, cout)

    def forward(self, x, edge_index):
        num_nodes = int(edge_index.max()) + 1
        loop_index = torch.arange(num_nodes, device=edge_index.device)
        edge_index = torch.cat([edge_index, loop_index.expand(2, -1)], dim=1)
        row, col = edge_index[0], edge_index[1]
        deg = torch.zeros_like(x[:, 0]).index_add(0, row, torch.ones_like(row, dtype=x.dtype))
        norm = deg.rsqrt().index_select(0, row) * deg.rsqrt().index_select(0, col)
        h = self.lin(x)
        return torch.zeros_like(h).index_add(0, row, norm[:, None] * h.index_select(0, col))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = MyConv(5, 12)
        self.conv2 = MyConv(12, 12)
        self.classifier = nn.Linear(12, 3)

    def forward(self, x, edge_index):
        x = torch.relu(self.conv1(x, edge_index))
        x = torch.relu(self.conv2(x, edge_index))
        return self.classifier(x)
