"""A U-Net of one level, its sizes even

Source: U-Net: Convolutional Networks for Biomedical Image Segmentation, https://arxiv.org/abs/1505.04597
Inputs: 2x1x8x8

The skip is joined with what comes up from below, and both are of one size.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(inplace=True))
        self.deep = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(inplace=True))
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        skip = self.down(x)
        below = self.deep(torch.max_pool2d(skip, 2))
        return self.out(torch.cat([skip, self.up(below)], dim=1))
