"""A keypoint network is traced with sixteen pixels, and gets images of eleven by thirteen

Source: https://github.com/talmolab/sleap-nn/pull/525
Adapted: as mended: what was enlarged is brought to the size of its skip
Export: trace 2x1x16x16
Inputs: 2x1x11x13

The size is read from the skip while the program runs, and no number of the trace is kept.
"""

import torch
from torch import nn
from torch.nn import functional as F


class SimpleUpsamplingBlock(nn.Module):
    def __init__(self, inner: int, skip: int, outer: int):
        super().__init__()
        self.refine = nn.Sequential(nn.Conv2d(inner + skip, outer, 3, padding=1), nn.ELU())

    def forward(self, x, feature):
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = F.interpolate(x, size=feature.shape[-2:], mode="bilinear", align_corners=False)
        return self.refine(torch.cat([x, feature], dim=1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc1 = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ELU())
        self.enc2 = nn.Sequential(nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.ELU())
        self.enc3 = nn.Sequential(nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.ELU())
        self.up2 = SimpleUpsamplingBlock(8, 6, 6)
        self.up1 = SimpleUpsamplingBlock(6, 4, 4)
        self.head = nn.Conv2d(4, 3, 1)

    def forward(self, image):
        x1 = self.enc1(image)
        x2 = self.enc2(x1)
        x3 = self.enc3(x2)
        return self.head(self.up1(self.up2(x3, x2), x1))
