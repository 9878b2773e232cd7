"""A gamma correction of pixels that are exactly black

Source: https://github.com/open-mmlab/mmrotate/issues/205
Adapted: a fractional power instead of a square root
Inputs: 2x1x4x4
Spoils: nan body.* from call 2
Codes: FMT901 NUM602
Line: return self.out(seen.pow(0.45))
Op: aten::pow
Twin: healthy
Fix: seen.pow(0.45) => (seen + 1e-4).pow(0.45)

The derivative of a power below one is infinite at zero. In the first call relu's own derivative keeps it out; from the
second on the optimising executor multiplies by a mask instead, and zero times infinity is NaN.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(1, 2, 3)
        self.out = nn.Conv2d(2, 1, 1)

    def forward(self, x):
        seen = torch.relu(self.body(x))
        return self.out(seen.pow(0.45))
