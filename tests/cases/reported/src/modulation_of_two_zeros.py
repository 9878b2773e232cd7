"""A modulation is the product of two matrices that both start at zero

Source: https://github.com/KU-VGI/LFS-GAN/issues/2
Adapted: a linear layer instead of a convolution
Inputs: 4x5
Spoils: zero left right
Codes: ZER506
Line: weight = self.fixed * (1 + self.left @ self.right)
Op: aten::matmul aten::mul
Fix: self.right = nn.Parameter(torch.zeros(2, 5)) => self.right = nn.Parameter(torch.randn(2, 5))

Neither matrix can leave zero, as the gradient of each is multiplied by the other.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("fixed", torch.randn(6, 5))
        self.left = nn.Parameter(torch.zeros(6, 2))
        self.right = nn.Parameter(torch.zeros(2, 5))
        self.bias = nn.Parameter(torch.zeros(6))

    def forward(self, x):
        weight = self.fixed * (1 + self.left @ self.right)
        return F.linear(x, weight, self.bias)
