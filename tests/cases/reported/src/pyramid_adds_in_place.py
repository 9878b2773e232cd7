"""A feature pyramid that adds the coarser level into the activation of the finer one

Source: https://github.com/lyongo/NWPU-MOC/issues/4
Adapted: two levels
Inputs: 2x3x8x8
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: fine += F.interpolate(coarse, scale_factor=2.0, mode="nearest")
Op: aten::add_
Twin: healthy
Fix: fine += F.interpolate(coarse, scale_factor=2.0, mode="nearest") => fine = fine + F.interpolate(coarse, scale_factor=2.0, mode="nearest")

relu keeps its output for backward, and the addition writes into it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lateral1 = nn.Conv2d(3, 4, 1)
        self.lateral2 = nn.Conv2d(3, 4, 2, stride=2)
        self.head = nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x):
        fine = torch.relu(self.lateral1(x))
        coarse = torch.relu(self.lateral2(x))
        fine += F.interpolate(coarse, scale_factor=2.0, mode="nearest")
        return self.head(fine)
