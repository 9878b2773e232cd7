"""A Kolmogorov-Arnold layer takes its Chebyshev polynomials from torch.special

Source: https://github.com/pytorch/pytorch/pull/78304
Adapted: two layers of a small network
Inputs: 7x4
Loss: mse_loss 7x1
Spoils: none embed.*
Codes: BWD404 CUT103
Line: basis = torch.special.chebyshev_polynomial_t(x, self.orders)
Op: aten::special_chebyshev_polynomial_t
Module: layer1
Fix: basis = torch.special.chebyshev_polynomial_t(x, self.orders) => basis = torch.cos(self.orders * torch.acos(0.99 * x))

The polynomial has no derivative, so all that stands before the layer stays as it is.
"""

import torch
from torch import nn


class ChebyKANLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int, degree: int):
        super().__init__()
        self.coefficients = nn.Parameter(torch.randn(inputs, outputs, degree + 1) / (inputs * (degree + 1)))
        self.register_buffer("orders", torch.arange(degree + 1).float())

    def forward(self, x):
        x = torch.tanh(x).unsqueeze(-1)
        basis = torch.special.chebyshev_polynomial_t(x, self.orders)
        return torch.einsum("bid,iod->bo", basis, self.coefficients)


class Net(nn.Module):
    def __init__(self, features: int = 4):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(features, 8), nn.LayerNorm(8))
        self.layer1 = ChebyKANLayer(8, 1, 3)

    def forward(self, x):
        return self.layer1(self.embed(x))
