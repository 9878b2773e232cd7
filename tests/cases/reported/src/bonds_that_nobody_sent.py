"""A message passing network is called with atoms and bonds, and its features of the bonds are left out

Source: https://github.com/pyg-team/pytorch_geometric/issues/516
Adapted: the network by hand, the missing argument is what the forward reads
Inputs: 6x5; 2x8:int64[0,6)
Loss: mean
Raises: forward: missing value for argument 'edge_attr'
Codes: TYP804
Line: def forward(self, x, edge_index, edge_attr):

Three tensors are wanted and two are sent.
"""

import torch
from torch import nn


class NNConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, edge_channels: int):
        super().__init__()
        self.nn = nn.Sequential(nn.Linear(edge_channels, 8), nn.ReLU(), nn.Linear(8, in_channels))
        self.lin = nn.Linear(in_channels, out_channels)

    def forward(self, x, edge_index, edge_attr):
        message = x[edge_index[0]] * self.nn(edge_attr)
        out = torch.zeros_like(x).index_add(0, edge_index[1], message)
        return self.lin(x + out)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = NNConv(5, 12, 3)
        self.conv2 = NNConv(12, 12, 3)
        self.fc = nn.Linear(12, 2)

    def forward(self, x, edge_index, edge_attr):
        x = torch.relu(self.conv1(x, edge_index, edge_attr))
        x = torch.relu(self.conv2(x, edge_index, edge_attr))
        return self.fc(x)
