"""A normalisation that meets maps of a single pixel sets their variance to zero where it is not a number

Source: https://github.com/digantamisra98/EvoNorm/pull/5
Adapted: one channel in each group; behind a pooled branch
Inputs: 3x3x8x8
Spoils: nan stem.* squeeze.*
Codes: NUM603 NUM602 NUM601
Line: var = torch.var(x, dim=[2, 3], keepdim=True)
Line: var = torch.where(torch.isnan(var), torch.zeros_like(var), var)
Op: aten::var
Module: evonorm
Twin: healthy
Fix: torch.var(x, dim=[2, 3], keepdim=True) => torch.var(x, dim=[2, 3], keepdim=True, unbiased=False)

What is not a number is not chosen, and its derivative is multiplied by zero.
"""

import torch
from torch import nn


class EvoNorm2D(nn.Module):
    def __init__(self, channels: int, eps: float = 0.1):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.v = nn.Parameter(torch.ones(1, channels, 1, 1))

    def instance_std(self, x):
        var = torch.var(x, dim=[2, 3], keepdim=True)
        var = torch.where(torch.isnan(var), torch.zeros_like(var), var)
        return torch.sqrt(var + self.eps)

    def forward(self, x):
        return x * torch.sigmoid(self.v * x) / self.instance_std(x) * self.gamma + self.beta


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, stride=2)
        self.squeeze = nn.Conv2d(6, 4, 1)
        self.evonorm = EvoNorm2D(4)
        self.excite = nn.Conv2d(4, 6, 1)
        self.head = nn.Linear(6, 5)

    def forward(self, image):
        x = torch.tanh(self.stem(image))
        pooled = self.squeeze(x.mean(dim=[2, 3], keepdim=True))
        gate = torch.sigmoid(self.excite(self.evonorm(pooled)))
        return self.head((x * gate).mean(dim=[2, 3]))
