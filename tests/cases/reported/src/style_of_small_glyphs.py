"""A style encoder halves small pictures of letters down to one pixel, which it then normalises

Source: https://github.com/williamyang1991/TET-GAN/issues/6
Adapted: three halvings and a small decoder
Inputs: 4x3x8x8
Raises: forward: Expected more than 1 spatial element when training, got input size
Codes: TYP805
Line: style = self.encoder(x)
Line: x = self.norm(self.conv(x))
Op: aten::instance_norm
Module: encoder.2.norm
Benign: encoder.0.conv.bias encoder.1.conv.bias encoder.2.conv.bias
Fix: Down(16, 16, stride=2) => Down(16, 16, stride=1)

8x8 is 1x1 after three strides, and the variance of one pixel is none.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Down(nn.Module):
    def __init__(self, cin: int, cout: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, stride=stride, padding=1)
        self.norm = nn.InstanceNorm2d(cout, affine=True)

    def forward(self, x):
        x = self.norm(self.conv(x))
        return F.leaky_relu(x, 0.2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(Down(3, 8, stride=2), Down(8, 16, stride=2), Down(16, 16, stride=2))
        self.up = nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1)
        self.out = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x):
        style = self.encoder(x)
        return torch.tanh(self.out(F.relu(self.up(style))))
