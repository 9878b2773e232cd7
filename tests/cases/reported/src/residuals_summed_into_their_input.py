"""The sum of residual blocks is another name for what the blocks read, and is added to in place

Source: https://github.com/Jee-King/TSAN/issues/3
Adapted: two blocks, an upsampling by two
Inputs: 2x3x8x8
Raises: backward: has been modified by an inplace operation
Codes: IPL301
Line: out += block(x)
Line: out = x
Op: aten::add_
Fix: out = x => out = x.clone()

The convolution of the first block needs its input as it was.
"""

import torch
from torch import nn


class ResBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1), nn.PReLU(), nn.Conv2d(channels, channels, 3, padding=1)
        )

    def forward(self, x):
        return self.body(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.LeakyReLU(0.1))
        self.body = nn.ModuleList([ResBlock(8) for _ in range(2)])
        self.tail = nn.Sequential(nn.Conv2d(8, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, image):
        x = self.head(image)
        out = x
        for block in self.body:
            out += block(x)
        return self.tail(out)
