"""A learned adjacency is contracted with fewer nodes than it has

Source: https://github.com/nnzhan/MTGNN/issues/37
Adapted: seven nodes for five
Inputs: 2x3x5x4
Raises: forward: einsum(): subscript w has size 7 for operand 1 which does not broadcast with previously seen size 5
Codes: SHP715
Line: return self.mix(torch.einsum("ncwl,vw->ncvl", x, torch.softmax(self.graph, 1)))
Op: aten::einsum
Module: hop
Fix: torch.randn(7, 7) => torch.randn(5, 5)

The subscript w stands for five in one operand and for seven in the other.
"""

import torch
from torch import nn


class Hop(nn.Module):
    def __init__(self):
        super().__init__()
        self.graph = nn.Parameter(torch.randn(7, 7))
        self.mix = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.mix(torch.einsum("ncwl,vw->ncvl", x, torch.softmax(self.graph, 1)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hop = Hop()

    def forward(self, x):
        return torch.tanh(self.hop(x))
