"""A spatial transformer between two convolutions reads its features detached

Source: https://github.com/aicaffeinelife/Pytorch-STN/pull/3
Adapted: one transformer module, smaller maps
Inputs: 3x2x8x8

The localisation net has its own way to the loss, through the grid; the features theirs, through the sampling.
"""

import torch
from torch import nn
from torch.nn import functional as F


class SpatialTransformer(nn.Module):
    def __init__(self, channels: int, size: int):
        super().__init__()
        self.size = size
        self.conv1 = nn.Conv2d(channels, 4, 3, padding=1)
        self.fc1 = nn.Linear(4 * size * size // 4, 8)
        self.fc2 = nn.Linear(8, 6)
        with torch.no_grad():
            self.fc2.weight.mul_(0.1)
            self.fc2.bias.copy_(torch.tensor([0.9, 0.0, 0.0, 0.0, 0.9, 0.0]))

    def forward(self, x):
        h = F.max_pool2d(torch.relu(self.conv1(x.detach())), 2)
        h = torch.tanh(self.fc1(h.flatten(1)))
        theta = self.fc2(h).view(-1, 2, 3)
        grid = F.affine_grid(theta, x.size(), align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 3, 3, padding=1)
        self.stn = SpatialTransformer(3, 8)
        self.conv2 = nn.Conv2d(3, 5, 3, stride=2)
        self.fc = nn.Linear(5, 4)

    def forward(self, x):
        x = torch.tanh(self.conv1(x))
        x = torch.tanh(self.conv2(self.stn(x)))
        return self.fc(x.mean(dim=[2, 3]))
