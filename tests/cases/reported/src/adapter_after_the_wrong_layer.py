"""The adapter of a domain, made by a hypernetwork, has the width of the layer before the one that it follows

Source: https://github.com/Applied-Machine-Learning-Lab/HAMUR/issues/3
Adapted: one adapter, sixteen against eight features
Inputs: 5x10; 5:int64[0,3)
Loss: mean
Raises: forward: einsum(): subscript f has size 16 for operand 1 which does not broadcast with previously seen size 8
Codes: SHP715
Line: tmp_out = torch.einsum("bf,bfj->bj", hidden, w1)
Line: w1 = torch.einsum("mi,bij,jn->bmn", self.u, hyper_out, self.v)
Line: self.u = nn.Parameter(torch.randn(fcn_dims[0], k) * 0.1)
Op: aten::einsum
Module: .
Fix: torch.randn(fcn_dims[0], k) => torch.randn(fcn_dims[1], k)

It stands behind the second layer, whose outputs are eight.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, k: int = 4, hyper_dim: int = 6):
        super().__init__()
        fcn_dims = [16, 8]
        self.k = k
        self.layer1 = nn.Sequential(nn.Linear(10, fcn_dims[0]), nn.ReLU())
        self.layer2 = nn.Sequential(nn.Linear(fcn_dims[0], fcn_dims[1]), nn.ReLU())
        self.domain_embedding = nn.Embedding(3, 5)
        self.hyper_net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, k * k))
        self.u = nn.Parameter(torch.randn(fcn_dims[0], k) * 0.1)
        self.v = nn.Parameter(torch.randn(k, hyper_dim) * 0.1)
        self.back = nn.Linear(hyper_dim, fcn_dims[1])
        self.final = nn.Linear(fcn_dims[1], 1)

    def forward(self, x, domain_id):
        hyper_out = self.hyper_net(self.domain_embedding(domain_id)).view(-1, self.k, self.k)
        hidden = self.layer2(self.layer1(x))
        w1 = torch.einsum("mi,bij,jn->bmn", self.u, hyper_out, self.v)
        tmp_out = torch.einsum("bf,bfj->bj", hidden, w1)
        hidden = hidden + self.back(torch.sigmoid(tmp_out))
        return torch.sigmoid(self.final(hidden)).squeeze(1)
