"""A network of selective kernels halves its map in every stage, and pools what is left by eight

Source: https://github.com/pppLang/SKNet/issues/15
Adapted: three stages of one convolution each, group normalisation
Inputs: 2x3x32x32
Raises: forward: Output size is too small
Codes: SHP708
Line: self.pool = nn.AvgPool2d(8)
Line: fea = self.pool(fea)
Line: stages.append(Stage(width, 2 * width, stride=2))
Op: aten::avg_pool2d aten::conv2d
Module: pool stages.0.conv stages.1.conv stages.2.conv
Twin: healthy
Fix: nn.AvgPool2d(8) => nn.AdaptiveAvgPool2d(1)

32 pixels are four after three stages, and the window has eight.
"""

import torch
from torch import nn


class Stage(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.GroupNorm(2, outer)

    def forward(self, x):
        return torch.nn.functional.elu(self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        stages, width = [], 4
        for _ in range(3):
            stages.append(Stage(width, 2 * width, stride=2))
            width *= 2
        self.stages = nn.ModuleList(stages)
        self.pool = nn.AvgPool2d(8)
        self.classifier = nn.Linear(width, 5)

    def forward(self, x):
        fea = self.stem(x)
        for stage in self.stages:
            fea = stage(fea)
        fea = self.pool(fea)
        return self.classifier(fea.flatten(1))
