"""A change detector multiplies a decoded map with the features of another level

Source: https://github.com/AndreaCodegoni/Tiny_model_4_CD/issues/2
Adapted: two levels
Inputs: 2x3x16x16
Raises: forward: The size of tensor a (16) must match the size of tensor b (8) at non-singleton dimension 3
Codes: SHP706
Line: return self.out(up * self.gate(low))
Op: aten::mul
Fix: self.gate(low)) => self.gate(x))

One is 16 wide, the other 8.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)
        self.gate = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Sigmoid())
        self.out = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        low = torch.relu(self.down(x))
        up = F.interpolate(low, scale_factor=2.0)
        return self.out(up * self.gate(low))
