"""A segmentation is judged after a softmax whose axis is not named

Source: https://github.com/hfslyc/AdvSemiSeg/issues/73
Adapted: both networks of two convolutions, one map in and one score out
Inputs: 2x3x8x8

Of four axes the softmax takes the second, and that holds the classes.
"""

import torch
import torch.nn.functional as F
from torch import nn


class FCDiscriminator(nn.Module):
    def __init__(self, num_classes: int):
        super().__init__()
        self.conv1 = nn.Conv2d(num_classes, 8, 4, stride=2, padding=1)
        self.classifier = nn.Conv2d(8, 1, 4, stride=2, padding=1)

    def forward(self, x):
        return self.classifier(F.leaky_relu(self.conv1(x), 0.2))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ELU(), nn.Conv2d(8, 4, 3, padding=1)
        )
        self.model_D = FCDiscriminator(4)

    def interp(self, x):
        return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True)

    def forward(self, images):
        pred = self.interp(self.model(images))
        D_out = self.interp(self.model_D(F.softmax(pred)))
        return pred, D_out
