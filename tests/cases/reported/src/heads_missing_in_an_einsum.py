"""Queries without a head dimension are contracted by an equation with one

Source: https://github.com/kyegomez/BitNet/issues/5
Adapted: dot products only
Inputs: 2x5x4
Raises: forward: einsum(): the number of subscripts in the equation (4) does not match the number of dimensions (3)
Codes: SHP715
Line: scores = torch.einsum("bhid,bhjd->bhij", q, k)
Op: aten::einsum
Fix: torch.einsum("bhid,bhjd->bhij", q, k) => torch.einsum("bid,bjd->bij", q, k)
Benign: k.bias

The equation has a letter for the heads.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(4, 4)
        self.k = nn.Linear(4, 4)
        self.v = nn.Linear(4, 4)

    def forward(self, x):
        q, k = self.q(x), self.k(x)
        scores = torch.einsum("bhid,bhjd->bhij", q, k)
        return torch.softmax(scores, dim=-1) @ self.v(x)
