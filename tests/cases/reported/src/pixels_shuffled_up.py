"""Channels become pixels

Source: Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel CNN, https://arxiv.org/abs/1609.05158
Inputs: 1x1x5x5

Four channels for each pixel of a doubled image.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(1, 6, 3, padding=1)
        self.up = nn.Conv2d(6, 4, 3, padding=1)

    def forward(self, x):
        return F.pixel_shuffle(self.up(F.elu(self.body(x))), 2)
