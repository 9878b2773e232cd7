"""Gates are stretched beyond zero and one, and clamped back

Source: Learning Sparse Neural Networks through L0 Regularization, https://arxiv.org/abs/1712.01312
Inputs: 6x7; 6:int64[0,3)
Loss: output

Some gates are shut in a step, but which of them is drawn anew, and their number has a smooth expectation.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class L0Linear(nn.Module):
    def __init__(self, wide: int, narrow: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(narrow, wide) * 0.3)
        self.bias = nn.Parameter(torch.zeros(narrow))
        self.log_alpha = nn.Parameter(torch.randn(wide) * 0.1 + 1.0)
        self.beta, self.gamma, self.zeta = 0.66, -0.1, 1.1

    def expected_l0(self):
        return torch.sigmoid(self.log_alpha - self.beta * math.log(-self.gamma / self.zeta)).sum()

    def forward(self, x):
        u = torch.rand_like(x).clamp(1e-3, 1.0 - 1e-3)
        s = torch.sigmoid((torch.log(u) - torch.log(1.0 - u) + self.log_alpha) / self.beta)
        z = (s * (self.zeta - self.gamma) + self.gamma).clamp(0.0, 1.0)
        return F.linear(x * z, self.weight, self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = L0Linear(7, 10)
        self.second = L0Linear(10, 3)
        self.weight_l0 = 0.01

    def forward(self, x, label):
        logits = self.second(torch.tanh(self.first(x)))
        penalty = self.first.expected_l0() + self.second.expected_l0()
        return F.cross_entropy(logits, label) + self.weight_l0 * penalty
