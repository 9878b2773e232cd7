"""One image is pooled to a pixel, squeezed and normalised, in groups of channels

Source: https://arxiv.org/abs/1706.05587
Adapted: a pooled branch whose norm takes groups, a squeeze of the two pixel axes
Inputs: 1x3x10x10

A group of four channels has a variance even at one pixel, and the batch of one keeps its axis.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ImagePooling(nn.Module):
    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1)
        self.norm = nn.GroupNorm(2, out_channels)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(F.adaptive_avg_pool2d(x, 1))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(8)
        self.pooling = ImagePooling(8, 8)
        self.seg = nn.Conv2d(16, 4, 1)
        self.scene = nn.Linear(8, 3)

    def forward(self, image):
        x = torch.relu(self.stem_norm(self.stem(image)))
        pooled = self.pooling(x)
        joined = torch.cat([x, pooled.expand(-1, -1, x.size(2), x.size(3))], dim=1)
        return self.seg(joined), self.scene(pooled.squeeze(3).squeeze(2))
