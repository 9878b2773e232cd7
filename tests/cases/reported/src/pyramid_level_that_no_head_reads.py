"""A feature pyramid gives four levels, and the head looks at three of them

Source: https://github.com/pytorch/pytorch/issues/43259
Adapted: four levels of few channels
Inputs: 2x3x16x16
Spoils: none fpn.fpn_convs.3.*
Codes: PAR204
Line: for name in ["p2", "p3", "p4"]:
Line: scores.append(self.head(levels[name]).flatten(2))
Line: outs[f"p{i + 2}"] = conv(laterals[i])
Op: aten::conv2d aten::_set_item aten::__getitem__
Module: fpn.fpn_convs.3 fpn .
Fix: for name in ["p2", "p3", "p4"]: => for name in ["p2", "p3", "p4", "p5"]:

The last level is computed and laid into the dictionary; nobody takes it out.
"""

from typing import Dict, List

import torch
from torch import nn
from torch.nn import functional as F


class FPN(nn.Module):
    def __init__(self):
        super().__init__()
        self.lateral_convs = nn.ModuleList([nn.Conv2d(c, 4, 1) for c in (4, 5, 6)])
        self.fpn_convs = nn.ModuleList([nn.Conv2d(4, 4, 3, padding=1) for _ in range(4)])

    def forward(self, feats: List[torch.Tensor]):
        laterals: List[torch.Tensor] = []
        for i, lateral in enumerate(self.lateral_convs):
            laterals.append(lateral(feats[i]))
        for i in range(2):
            j = 1 - i
            laterals[j] = laterals[j] + F.interpolate(laterals[j + 1], scale_factor=2.0)
        laterals.append(F.max_pool2d(laterals[2], 2))
        outs: Dict[str, torch.Tensor] = {}
        for i, conv in enumerate(self.fpn_convs):
            outs[f"p{i + 2}"] = conv(laterals[i])
        return outs


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([nn.Conv2d(a, b, 2, stride=2) for a, b in ((3, 4), (4, 5), (5, 6))])
        self.fpn = FPN()
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        feats: List[torch.Tensor] = []
        for stage in self.stages:
            x = torch.tanh(stage(x))
            feats.append(x)
        levels = self.fpn(feats)
        scores: List[torch.Tensor] = []
        for name in ["p2", "p3", "p4"]:
            scores.append(self.head(levels[name]).flatten(2))
        return torch.cat(scores, dim=2)
