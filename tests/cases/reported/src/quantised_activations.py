"""Activations are rounded to eight levels with nothing to carry the gradient past the rounding

Source: https://github.com/pytorch/pytorch/issues/72772
Adapted: activations instead of weights
Inputs: 4x6
Spoils: zero body.*
Codes: ZER501
Line: q = torch.round(s)
Op: aten::round
Twin: healthy
Fix: q = torch.round(s) => q = s + (torch.round(s) - s).detach()

The derivative of rounding is zero everywhere.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 5)
        self.out = nn.Linear(5, 2)

    def forward(self, x):
        s = torch.sigmoid(self.body(x)) * 8
        q = torch.round(s)
        return self.out(q / 8)
