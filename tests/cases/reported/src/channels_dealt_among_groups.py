"""Channels are dealt among the groups of a convolution, and larger images come than were traced

Source: https://github.com/alibaba/MNN/issues/1337
Adapted: two units, traced with eight pixels
Export: trace 2x3x8x8
Inputs: 3x3x12x10

View, transpose, view: the sizes are read anew, and the groups are mixed as they are meant to be.
"""

import torch
from torch import nn


def channel_shuffle(x, groups: int):
    batchsize, num_channels, height, width = x.size()
    channels_per_group = num_channels // groups
    x = x.view(batchsize, groups, channels_per_group, height, width)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(batchsize, -1, height, width)


class ShuffleUnit(nn.Module):
    def __init__(self, channels: int, groups: int):
        super().__init__()
        self.groups = groups
        self.compress = nn.Conv2d(channels, channels, 1, groups=groups)
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.expand = nn.Conv2d(channels, channels, 1, groups=groups)

    def forward(self, x):
        out = channel_shuffle(torch.tanh(self.compress(x)), self.groups)
        return x + self.expand(self.depthwise(out))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.units = nn.Sequential(ShuffleUnit(8, 2), ShuffleUnit(8, 4))
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.units(self.stem(x))
        return self.fc(x.flatten(2).mean(-1))
