"""A root is taken of what where has made safe before

Source: https://github.com/jax-ml/jax/issues/347
Adapted: PyTorch; the report's working version
Inputs: 5x4

The derivative at zero is never asked for.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        h = torch.relu(self.body(x))
        safe = torch.where(h > 0, h, torch.ones_like(h))
        return self.out(torch.where(h > 0, torch.sqrt(safe), torch.zeros_like(h)))
