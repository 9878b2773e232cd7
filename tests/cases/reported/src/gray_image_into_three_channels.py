"""A gray image is given to a network for three channels

Source: https://github.com/jacobgil/pytorch-grad-cam/issues/141
Adapted: a small stem
Inputs: 1x1x10x10
Raises: forward: to have 3 channels, but got 1 channels instead
Codes: SHP702
Line: return self.head(self.stem(x).mean((2, 3)))
Line: self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
Op: aten::conv2d
Module: stem.0
Fix: nn.Conv2d(3, 4, 3) => nn.Conv2d(1, 4, 3)

The convolution was made for colours.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.stem(x).mean((2, 3)))
