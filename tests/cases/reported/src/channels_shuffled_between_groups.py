"""Channels are shuffled between groups by a view, a transpose and a view

Source: ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices, https://arxiv.org/abs/1707.01083
Inputs: 4x3x12x12
Benign: stage.0.bn2.bias stage.1.bn2.bias

The transpose stands between the views: each group of the next convolution reads from all groups of this one.
"""

import torch
from torch import nn


class ShuffleUnit(nn.Module):
    def __init__(self, channels: int, groups: int):
        super().__init__()
        self.groups = groups
        self.compress = nn.Conv2d(channels, channels, 1, groups=groups, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.expand = nn.Conv2d(channels, channels, 1, groups=groups, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)

    def channel_shuffle(self, x):
        batchsize, num_channels, height, width = x.shape
        x = x.view(batchsize, self.groups, num_channels // self.groups, height, width)
        x = torch.transpose(x, 1, 2).contiguous()
        return x.view(batchsize, -1, height, width)

    def forward(self, x):
        out = torch.relu(self.bn1(self.compress(x)))
        out = self.channel_shuffle(out)
        out = self.bn3(self.expand(self.bn2(self.depthwise(out))))
        return torch.relu(x + out)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(12)
        self.stage = nn.Sequential(ShuffleUnit(12, 3), ShuffleUnit(12, 3))
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.stage(x)
        return self.fc(x.mean(dim=[2, 3]))
