"""Levels are summed with += into the first one's activation

Source: https://github.com/easton-cau/SOTR/issues/19
Adapted: three levels of one size
Inputs: 2x4x6x6
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: total += level(x)
Op: aten::add_
Module: .
Twin: healthy
Fix: total += level(x) => total = total + level(x)

The sum starts as the output of a sigmoid, which backward needs as it was.
"""

from torch import nn


class Level(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.gate = nn.Sigmoid()

    def forward(self, x):
        return self.gate(self.conv(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Level()
        self.others = nn.ModuleList([Level(), Level()])

    def forward(self, x):
        total = self.first(x)
        for level in self.others:
            total += level(x)
        return total
