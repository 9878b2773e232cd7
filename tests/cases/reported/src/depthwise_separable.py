"""Depthwise and pointwise convolutions

Source: MobileNets, https://arxiv.org/abs/1704.04861
Inputs: 2x4x6x6
Benign: depthwise.bias

As many groups as channels.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.norm = nn.BatchNorm2d(4)
        self.pointwise = nn.Conv2d(4, 6, 1)

    def forward(self, x):
        return self.pointwise(F.hardswish(self.norm(self.depthwise(x))))
