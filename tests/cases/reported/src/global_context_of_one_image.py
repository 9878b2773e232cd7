"""A global branch normalises one value for each channel

Source: https://github.com/meetps/pytorch-semseg/issues/214
Adapted: one pyramid level
Inputs: 1x3x6x6
Raises: forward: Expected more than 1 value per channel when training
Codes: TYP805
Line: return self.out(x + self.pyramid(x))
Op: prim::RaiseException aten::batch_norm
Module: pyramid.2
Benign: pyramid.1.bias
Fix: nn.BatchNorm2d(3) => nn.GroupNorm(1, 3)

One image pooled to one value: there is no variance.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pyramid = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.ELU())
        self.out = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        return self.out(x + self.pyramid(x))
