"""A depthwise convolution of eight groups is given one channel

Source: https://github.com/sunsmarterjie/yolov12/issues/161
Adapted: eight groups instead of 64
Inputs: 1x1x9x9
Raises: forward: to have 8 channels, but got 1 channels instead
Codes: SHP702
Line: h = F.conv2d(x, self.weight, self.bias, padding=2, groups=8)
Op: aten::conv2d
Fix: h = F.conv2d(x, self.weight, self.bias, padding=2, groups=8) => h = F.conv2d(x.expand(-1, 8, -1, -1), self.weight, self.bias, padding=2, groups=8)

One filter for each of eight channels, and there is one channel.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 1, 5, 5) * 0.1)
        self.bias = nn.Parameter(torch.zeros(8))
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        h = F.conv2d(x, self.weight, self.bias, padding=2, groups=8)
        return self.out(torch.relu(h))
