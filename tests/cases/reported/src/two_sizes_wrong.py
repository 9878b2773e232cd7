"""Two independent mistakes: the channels of a fusion, and the features of its classifier

Source: https://github.com/hellloxiaotian/DudeNet/issues/2
Adapted: the report's channels, and a flatten size of another report: https://github.com/mrdbourke/pytorch-deep-learning/issues/763
Inputs: 2x1x8x8
Raises: forward: to have 6 channels, but got 4 channels instead
Codes: SHP702
Line: h = torch.relu(self.fuse(torch.cat([self.wide(x), self.deep(x)], 1)))
Line: self.fuse = nn.Conv2d(6, 2, 1)
Op: aten::conv2d
Module: fuse
Fix: nn.Conv2d(6, 2, 1) => nn.Conv2d(4, 2, 1)
Fix: nn.Linear(2, 3) => nn.Linear(128, 3)
Later: SHP701 | aten::linear | head | return self.head(h.flatten(1)) | raises forward: mat1 and mat2 shapes cannot be multiplied (2x128 and 2x3)

Behind the first stands the second.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(1, 2, 3, padding=1)
        self.deep = nn.Conv2d(1, 2, 5, padding=2)
        self.fuse = nn.Conv2d(6, 2, 1)
        self.head = nn.Linear(2, 3)

    def forward(self, x):
        h = torch.relu(self.fuse(torch.cat([self.wide(x), self.deep(x)], 1)))
        return self.head(h.flatten(1))
