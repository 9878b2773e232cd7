"""A causal mask is laid on a convolution of one pixel, too

Source: https://github.com/anantzoid/Conditional-PixelCNN-decoder/issues/9
Adapted: a residual block of a small PixelCNN; the first mask type is used for all of its layers
Inputs: 2x1x8x8
Loss: mse_loss 2x1x8x8
Spoils: zero block.expand.weight block.causal.*
Codes: ZER507 ZER506
Line: return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)
Line: return x + self.expand(F.elu(self.causal(x)))
Op: aten::mul aten::conv2d
Module: block.expand block
Fix: self.expand = MaskedConv2d(channels, channels, 1) => self.expand = nn.Conv2d(channels, channels, 1)

A mask that leaves the centre out leaves nothing of a kernel of one pixel.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MaskedConv2d(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel) * 0.2)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.padding = kernel // 2
        mask = torch.ones(1, 1, kernel, kernel)
        mask[:, :, kernel // 2, kernel // 2 :] = 0
        mask[:, :, kernel // 2 + 1 :] = 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class ResidualBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.causal = MaskedConv2d(channels, channels, 3)
        self.expand = MaskedConv2d(channels, channels, 1)

    def forward(self, x):
        return x + self.expand(F.elu(self.causal(x)))


class Net(nn.Module):
    def __init__(self, channels: int = 8):
        super().__init__()
        self.first = MaskedConv2d(1, channels, 5)
        self.block = ResidualBlock(channels)
        self.out = nn.Conv2d(channels, 1, 1)

    def forward(self, pixels):
        return self.out(F.elu(self.block(self.first(pixels))))
