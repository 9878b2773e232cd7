"""Patches are merged by twos, and the map of a smaller image has three in a row

Source: https://github.com/microsoft/Swin-Transformer/issues/202
Adapted: twelve pixels, one stage before and one after
Inputs: 2x3x12x12
Raises: forward: x size is not even
Codes: RUN005 SHP717
Line: assert h % 2 == 0 and w % 2 == 0, "x size is not even"
Line: self.patch_embed = nn.Conv2d(3, 6, 4, stride=4)
Line: x = self.downsample(x)
Op: prim::RaiseException
Module: downsample
Twin: healthy
Fix: assert h % 2 == 0 and w % 2 == 0, "x size is not even" => x = nn.functional.pad(x, (0, 0, 0, w % 2, 0, h % 2))

The program itself refuses a map that it cannot halve.
"""

import torch
from torch import nn


class PatchMerging(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(4 * dim)
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)

    def forward(self, x):
        h, w = x.size(1), x.size(2)
        assert h % 2 == 0 and w % 2 == 0, "x size is not even"
        x0 = x[:, 0::2, 0::2]
        x1 = x[:, 1::2, 0::2]
        x2 = x[:, 0::2, 1::2]
        x3 = x[:, 1::2, 1::2]
        return self.reduction(self.norm(torch.cat([x0, x1, x2, x3], dim=-1)))


class Block(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        return x + self.mlp(self.norm(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, 6, 4, stride=4)
        self.stage1 = Block(6)
        self.downsample = PatchMerging(6)
        self.stage2 = Block(12)
        self.head = nn.Linear(12, 5)

    def forward(self, images):
        x = self.patch_embed(images).permute(0, 2, 3, 1)
        x = self.stage1(x)
        x = self.downsample(x)
        x = self.stage2(x)
        return self.head(x.mean(dim=(1, 2)))
