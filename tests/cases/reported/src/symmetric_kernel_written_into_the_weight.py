"""A convolution's weight is made symmetric by writing into it, in every forward

Source: https://github.com/PingoLH/FCHarDNet/issues/61
Adapted: half of a kernel mirrored onto the other
Inputs: 2x3x6x6
Raises: forward: a view of a leaf Variable that requires grad is being used in an in-place operation
Codes: IPL302
Line: cconv.weight[:, :, :, 2] = cconv.weight[:, :, :, 0]
Line: self.mirror()
Op: aten::copy_
Module: layers.0
Fix: cconv.weight[:, :, :, 2] = cconv.weight[:, :, :, 0] => cconv.weight.data[:, :, :, 2] = cconv.weight.data[:, :, :, 0]

A parameter is a leaf: only the optimiser may write into it, or who says that no gradient is meant.
"""

import torch
from torch import nn


class MirroredConv(nn.Module):
    def __init__(self, inside: int, outside: int):
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outside)

    def mirror(self):
        cconv = self.conv
        cconv.weight[:, :, :, 2] = cconv.weight[:, :, :, 0]

    def forward(self, x):
        self.mirror()
        return torch.relu(self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([MirroredConv(3, 4), MirroredConv(4, 4)])
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)
