"""A discriminator halves a crop until nothing is left to pool

Source: https://github.com/XPixelGroup/BasicSR/issues/249
Adapted: pooling instead of strides
Inputs: 2x3x6x6
Raises: forward: Output size is too small
Codes: SHP708
Line: x = F.max_pool2d(torch.relu(conv(x)), 2)
Op: aten::max_pool2d
Module: .
Fix: F.max_pool2d(torch.relu(conv(x)), 2) => F.max_pool2d(torch.relu(conv(x)), 2, ceil_mode=True)

6, 3, 1: the third pool has a window larger than its input.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)])
        self.judge = nn.Linear(4, 1)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(torch.relu(conv(x)), 2)
        return self.judge(x.mean((2, 3)))
