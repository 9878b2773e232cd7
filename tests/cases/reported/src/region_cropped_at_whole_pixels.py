"""A proposal network says where to look, and the picture is sliced there

Source: https://github.com/jeong-tae/RACNN-pytorch/issues/4
Adapted: a window of fixed size, without the mask that the paper multiplies with
Inputs: 3x3x12x12
Spoils: none apn.*
Codes: CUT105 CUT104
Line: tx = int(locs[i, 0] * 6.0)
Line: ty = int(locs[i, 1] * 6.0)
Op: aten::Int
Module: crop_resize
Fix: patch = images[i : i + 1, :, ty : ty + 6, tx : tx + 6] => patch = images[i : i + 1, :, ty : ty + 6, tx : tx + 6] * locs[i].sum()

Where a slice begins is a number of Python, and knows nothing of the network that gave it.
"""

from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class AttentionCrop(nn.Module):
    def forward(self, images, locs):
        ret: List[torch.Tensor] = []
        for i in range(images.size(0)):
            tx = int(locs[i, 0] * 6.0)
            ty = int(locs[i, 1] * 6.0)
            patch = images[i : i + 1, :, ty : ty + 6, tx : tx + 6]
            ret.append(F.interpolate(patch, size=[12, 12], mode="bilinear", align_corners=False))
        return torch.cat(ret)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = nn.Conv2d(3, 4, 3, padding=1)
        self.b2 = nn.Conv2d(3, 4, 3, padding=1)
        self.apn = nn.Sequential(nn.Linear(4 * 12 * 12, 8), nn.Tanh(), nn.Linear(8, 2), nn.Sigmoid())
        self.crop_resize = AttentionCrop()
        self.classifier1 = nn.Linear(4, 3)
        self.classifier2 = nn.Linear(4, 3)

    def forward(self, x):
        conv5 = torch.tanh(self.b1(x))
        atten1 = self.apn(conv5.flatten(1))
        scaled = torch.tanh(self.b2(self.crop_resize(x, atten1)))
        return self.classifier1(conv5.mean(dim=[2, 3])), self.classifier2(scaled.mean(dim=[2, 3]))
