"""A position encoding is computed on a device that is written into the code

Source: https://github.com/facebookresearch/sam3/pull/592
Adapted: the device is one that this build has not
Inputs: 2x5x4
Raises: forward: CUDA
Codes: TYP803
Line: positions = torch.arange(x.size(1), device="cuda").unsqueeze(-1)
Op: aten::arange
Module: encode
Fix: device="cuda" => device=x.device

The device should be the input's.
"""

import torch
from torch import nn


class Encode(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.full((4,), 0.1))

    def forward(self, x):
        positions = torch.arange(x.size(1), device="cuda").unsqueeze(-1)
        return x + torch.sin(positions * self.scale)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = Encode()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.encode(x))
