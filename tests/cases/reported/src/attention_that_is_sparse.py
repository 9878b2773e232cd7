"""Attention by a projection onto the simplex, which gives exact zeros

Source: From Softmax to Sparsemax, https://arxiv.org/abs/1602.02068
Adapted: written out with a sort and a sum
Inputs: 3x6x5
Benign: score.bias

What falls out of the support in a row has no gradient there, and others have.
"""

import torch
from torch import nn


def sparsemax(z: torch.Tensor):
    ordered = torch.sort(z, dim=-1, descending=True)[0]
    sums = torch.cumsum(ordered, dim=-1)
    k = torch.arange(1, z.size(-1) + 1, dtype=z.dtype)
    support = (1 + k * ordered > sums).sum(-1, keepdim=True)
    tau = (sums.gather(-1, support - 1) - 1) / support
    return torch.relu(z - tau)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.keys = nn.Linear(5, 8)
        self.score = nn.Linear(8, 1)
        self.out = nn.Linear(5, 3)

    def forward(self, x):
        weights = sparsemax(self.score(torch.tanh(self.keys(x))).squeeze(-1))
        return self.out((weights.unsqueeze(-1) * x).sum(1))
