"""The exponent of a power law is fitted, whose normalisation is the Hurwitz zeta function

Source: https://github.com/JuliaMath/SpecialFunctions.jl/issues/436
Adapted: in PyTorch, for the degrees of two kinds of vertices
Inputs: 6x4; 6
Loss: output
Raises: backward: the derivative for 'zeta' is not implemented
Codes: BWD404
Line: log_norm = torch.log(torch.special.zeta(exponent, torch.full_like(exponent, self.d_min)))
Op: aten::special_zeta
Module: tail
Fix: torch.special.zeta(exponent, torch.full_like(exponent, self.d_min)) => torch.pow(torch.arange(400, dtype=exponent.dtype) + self.d_min, -exponent.unsqueeze(-1)).sum(-1)

Torch evaluates the zeta function and has no derivative for its exponent.
"""

import torch
from torch import nn
from torch.nn import functional as F


class PowerLaw(nn.Module):
    def __init__(self, d_min: float):
        super().__init__()
        self.d_min = d_min

    def forward(self, exponent, degree):
        log_norm = torch.log(torch.special.zeta(exponent, torch.full_like(exponent, self.d_min)))
        return -exponent * torch.log(degree) - log_norm


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 10), nn.Tanh())
        self.exponent = nn.Linear(10, 1)
        self.tail = PowerLaw(1.0)

    def forward(self, vertices, degree):
        exponent = 1.5 + F.softplus(self.exponent(self.encoder(vertices))).squeeze(-1)
        degree = 1.0 + torch.floor(degree.abs() * 3.0)
        return -self.tail(exponent, degree).mean()
