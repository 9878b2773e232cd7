"""The adjacency of an architecture comes in doubles, as numpy makes it

Source: https://github.com/ultmaster/neuralpredictor.pytorch/issues/5
Adapted: the report's target is a double; here it is the graph, which is why it raises where it does
Inputs: 3x5x4; 3x5x5:float64; 3
Loss: output
Raises: forward: expected scalar type Double but found Float
Codes: TYP801
Line: output1 = torch.relu(torch.matmul(norm_adj, torch.matmul(inputs, self.weight1)))
Line: out = layer(out, adjacency)
Line: norm_adj = torch.softmax(adj, dim=-1)
Op: aten::matmul
Module: gcn.0
Fix: out = layer(out, adjacency) => out = layer(out, adjacency.float())

A matrix of doubles cannot be multiplied with one of floats.
"""

import torch
from torch import nn


class DirectedGraphConvolution(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight1 = nn.Parameter(torch.randn(in_features, out_features) * 0.5)
        self.weight2 = nn.Parameter(torch.randn(in_features, out_features) * 0.5)

    def forward(self, inputs, adj):
        norm_adj = torch.softmax(adj, dim=-1)
        output1 = torch.relu(torch.matmul(norm_adj, torch.matmul(inputs, self.weight1)))
        output2 = torch.relu(torch.matmul(norm_adj.transpose(1, 2), torch.matmul(inputs, self.weight2)))
        return (output1 + output2) / 2.0


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gcn = nn.ModuleList([DirectedGraphConvolution(4, 6), DirectedGraphConvolution(6, 6)])
        self.fc = nn.Linear(6, 1)
        self.criterion = nn.MSELoss()

    def forward(self, operations, adjacency, val_acc):
        out = operations
        for layer in self.gcn:
            out = layer(out, adjacency)
        predict = self.fc(out.mean(dim=1)).squeeze(-1)
        return self.criterion(predict, val_acc)
