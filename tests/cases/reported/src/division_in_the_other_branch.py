"""A row is divided by its length only where it has one

Source: https://github.com/pytorch/pytorch/issues/36923
Adapted: the division is by a length that a mask makes zero
Inputs: 3x4
Spoils: nan body.*
Codes: NUM603 NUM602
Line: unit = torch.where(size > 0, h / size, h)
Op: aten::div
Fix: h / size => h / torch.where(size > 0, size, torch.ones_like(size))

0/0 is not chosen in the forward, and its derivative is not kept out of backward.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 3)
        self.out = nn.Linear(3, 2)

    def forward(self, x):
        h = self.body(x) * torch.tensor([[1.0], [1.0], [0.0]])
        size = h.abs().sum(1, keepdim=True)
        unit = torch.where(size > 0, h / size, h)
        return self.out(unit)
