"""A product is written into a buffer that was made once, to spare an allocation

Source: https://github.com/pytorch/pytorch/issues/93683
Adapted: the product of a linear layer instead of a meta-learner's addmm
Inputs: 3x4
Raises: forward: functions with out=... arguments don't support automatic differentiation
Codes: IPL306
Line: torch.matmul(x, self.weight, out=self.product)
Op: aten::matmul
Fix: torch.matmul(x, self.weight, out=self.product) => self.product = torch.matmul(x, self.weight)

`out=` cannot record who wrote.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 5))
        self.register_buffer("product", torch.zeros(3, 5))

    def forward(self, x):
        torch.matmul(x, self.weight, out=self.product)
        return torch.tanh(self.product)
