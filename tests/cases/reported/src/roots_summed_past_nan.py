"""Square roots of what may be negative, summed with nansum

Source: https://github.com/pytorch/pytorch/issues/67180
Adapted: a learnt spectral distance
Inputs: 4x6; 4x6
Loss: output
Spoils: nan proj.*
Codes: NUM603 NUM602
Line: dist = torch.nansum(torch.sqrt(a - b), dim=-1)
Op: aten::sqrt
Module: .
Fix: torch.sqrt(a - b) => torch.sqrt((a - b).clamp(min=1e-6))

The sum leaves the NaN out, the gradient takes it in again.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(6, 8, bias=False)

    def forward(self, x, y):
        a, b = self.proj(x), self.proj(y)
        dist = torch.nansum(torch.sqrt(a - b), dim=-1)
        return dist.mean()
