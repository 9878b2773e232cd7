"""A convolution with binary weights puts its real ones back before backward has run

Source: https://github.com/jiecaoyu/XNOR-Net-PyTorch/issues/72
Adapted: binarized and restored within the forward
Inputs: 2x3x8x8
Spoils: wrong stem.* binary.bn.*
Codes: IPL305
Line: self.conv.weight.data.copy_(real)
Line: out = self.conv(x)
Line: self.conv.weight.data.copy_(self.binarize(real))
Op: aten::copy_ prim::data
Module: binary
Fix: out = self.conv(x) => out = nn.functional.conv2d(x, self.binarize(self.conv.weight), self.conv.bias, padding=1)

What lies before the convolution gets its gradient through weights that it was never multiplied with.
"""

import torch
from torch import nn


class BinConv2d(nn.Module):
    def __init__(self, inside: int, outside: int):
        super().__init__()
        self.bn = nn.BatchNorm2d(inside)
        self.conv = nn.Conv2d(inside, outside, 3, padding=1)

    def binarize(self, weight):
        scale = weight.abs().mean(dim=[1, 2, 3], keepdim=True)
        return weight.sign() * scale

    def forward(self, x):
        x = self.bn(x)
        real = self.conv.weight.data.clone()
        self.conv.weight.data.copy_(self.binarize(real))
        out = self.conv(x)
        self.conv.weight.data.copy_(real)
        return torch.relu(out)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.binary = BinConv2d(4, 6)
        self.fc = nn.Linear(6, 5)

    def forward(self, image):
        return self.fc(self.binary(torch.tanh(self.stem(image))).mean(dim=[2, 3]))
