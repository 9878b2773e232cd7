"""A planar flow gives its log-determinants as a row, and they are added to a vector where it lies

Source: https://github.com/VincentStimper/normalizing-flows/issues/17
Adapted: two planar flows from the data to the base, six samples
Inputs: 6x3
Loss: output
Raises: forward: output with shape [6] doesn't match the broadcast shape [1, 6]
Codes: SHP706
Line: log_q += log_det
Line: log_det = torch.log(torch.abs(1 + (self.w @ self.u.t()) * (1 - torch.tanh(lin) ** 2)) + 1e-6)
Line: return z + torch.tanh(lin).t() * self.u, log_det
Op: aten::add_ aten::log
Module: . flow1
Fix: return z + torch.tanh(lin).t() * self.u, log_det => return z + torch.tanh(lin).t() * self.u, log_det.squeeze(0)

(1, 6) cannot be written into (6,).
"""

import math

import torch
from torch import nn


class Planar(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.u = nn.Parameter(torch.randn(1, dim) * 0.3)
        self.w = nn.Parameter(torch.randn(1, dim) * 0.3)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, z):
        lin = self.w @ z.t() + self.b
        log_det = torch.log(torch.abs(1 + (self.w @ self.u.t()) * (1 - torch.tanh(lin) ** 2)) + 1e-6)
        return z + torch.tanh(lin).t() * self.u, log_det


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flow1 = Planar(3)
        self.flow2 = Planar(3)
        self.loc = nn.Parameter(torch.zeros(3))

    def forward_kld(self, x):
        log_q = torch.zeros(x.size(0), device=x.device)
        z, log_det = self.flow1(x)
        log_q = log_q + log_det.sum(0)
        z, log_det = self.flow2(z)
        log_q += log_det
        log_q += (-0.5 * (z - self.loc) ** 2 - 0.5 * math.log(2 * math.pi)).sum(dim=1)
        return -torch.mean(log_q)

    def forward(self, x):
        return self.forward_kld(x)
