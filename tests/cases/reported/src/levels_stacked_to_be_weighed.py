"""A weighted pyramid stacks the levels that it weighs, and they are not of one size

Source: https://github.com/rwightman/efficientdet-pytorch/issues/57
Adapted: one node; the weights by softmax
Inputs: 2x3x30x30
Raises: forward: stack expects each tensor to be equal size, but got [2, 4, 15, 15] at entry 0 and [2, 4, 16, 16] at entry 1
Codes: SHP705
Line: return torch.sum(torch.stack(nodes, dim=-1) * weights, dim=-1)
Line: nodes.append(resample(features[i]))
Op: aten::stack
Module: combine
Fix: scale_factor=2.0 => size=(15, 15)

30 halved is 15, halved again is 8, and doubled is 16.
"""

import torch
from torch import nn


class ResampleFeatureMap(nn.Module):
    def __init__(self, channels: int, out: int, *, up: bool):
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 1)
        self.resize = nn.Upsample(scale_factor=2.0) if up else nn.Identity()

    def forward(self, x):
        return self.resize(self.conv(x))


class FpnCombine(nn.Module):
    def __init__(self, channels: list[int], out: int):
        super().__init__()
        self.resample = nn.ModuleList([ResampleFeatureMap(c, out, up=i > 0) for i, c in enumerate(channels)])
        self.edge_weights = nn.Parameter(torch.randn(len(channels)))

    def forward(self, features: list[torch.Tensor]):
        nodes = []
        for i, resample in enumerate(self.resample):
            nodes.append(resample(features[i]))
        weights = torch.softmax(self.edge_weights, dim=0)
        return torch.sum(torch.stack(nodes, dim=-1) * weights, dim=-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.SiLU())
        self.deep = nn.Sequential(nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.SiLU())
        self.combine = FpnCombine([6, 8], 4)
        self.predict = nn.Conv2d(4, 3, 1)

    def forward(self, x):
        p3 = self.stem(x)
        p4 = self.deep(p3)
        return self.predict(torch.nn.functional.silu(self.combine([p3, p4])))
