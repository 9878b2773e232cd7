"""Levels of a Laplacian pyramid are joined to 63 channels, and shuffled into pixels by fours

Source: https://github.com/Snowfallingplum/SHMT/issues/1
Adapted: an image of sixteen pixels
Inputs: 2x3x16x16
Raises: forward: pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=63 is not divisible by 16
Codes: SHP704
Line: restored = F.pixel_shuffle(features, 4)
Line: features = torch.cat([self.level0(low), self.level1(low), low], dim=1)
Op: aten::pixel_shuffle aten::cat
Module: tail
Fix: torch.cat([self.level0(low), self.level1(low), low], dim=1) => torch.cat([self.level0(low), self.level1(low)], dim=1)
Fix: nn.Conv2d(3, 3, 3, padding=1) => nn.Conv2d(2, 3, 3, padding=1)
Later: SHP702 | aten::conv2d | tail.refine | return self.refine(restored) | raises forward: expected input[2, 2, 16, 16] to have 3 channels, but got 2 channels instead

Sixteen channels make one channel of an image that is four times as large; 31 + 32 do not part into sixteens.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Tail(nn.Module):
    def __init__(self):
        super().__init__()
        self.level0 = nn.Sequential(nn.Conv2d(31, 16, 3, padding=1), nn.ReLU())
        self.level1 = nn.Sequential(nn.Conv2d(31, 16, 1), nn.ReLU())
        self.refine = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, low):
        features = torch.cat([self.level0(low), self.level1(low), low], dim=1)
        restored = F.pixel_shuffle(features, 4)
        return self.refine(restored)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 2, stride=2), nn.PReLU(), nn.Conv2d(12, 31, 2, stride=2))
        self.tail = Tail()

    def forward(self, image):
        return self.tail(self.stem(image))
