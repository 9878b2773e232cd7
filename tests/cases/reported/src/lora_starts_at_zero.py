"""A low-rank adapter beside a frozen layer, its second factor zero at the start

Source: LoRA: Low-Rank Adaptation of Large Language Models, https://arxiv.org/abs/2106.09685
Inputs: 4x6

In the first step only the factor that is zero gets a gradient; from the second on both do.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Adapted(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(6, 6).requires_grad_(False)
        self.down = nn.Parameter(torch.randn(2, 6) * 0.3)
        self.up = nn.Parameter(torch.zeros(6, 2))

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.down), self.up) * 2.0


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Adapted()
        self.second = Adapted()

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))
