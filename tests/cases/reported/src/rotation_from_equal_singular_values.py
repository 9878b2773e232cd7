"""A rotation is projected by a singular value decomposition of a matrix that is one already

Source: https://github.com/hassony2/manopth/issues/32
Adapted: one matrix, near to no rotation
Inputs: 4x3
Loss: output
Spoils: nan delta
Codes: NUM602
Line: u, s, v = torch.linalg.svd(torch.eye(3) + self.delta)
Op: aten::linalg_svd
Fix: torch.eye(3) + self.delta => torch.diag(torch.tensor([1.0, 1.2, 1.5])) + self.delta

The derivative divides by the difference of singular values, which are equal.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.delta = nn.Parameter(torch.zeros(3, 3))
        self.offset = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        u, s, v = torch.linalg.svd(torch.eye(3) + self.delta)
        weight = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]])
        return (x @ (u @ (v * weight)) + self.offset).pow(2).mean()
