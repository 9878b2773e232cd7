"""A pooler over two levels is traced with four proposals, and makes room for four ever after

Source: https://github.com/facebookresearch/maskrcnn-benchmark/pull/138
Adapted: regions are sampled from a grid and copied into place; the proposals come from features of their own
Export: trace 1x4x16x16;1x4x8x8;4x6
Inputs: 1x4x16x16; 1x4x8x8; 6x6
Loss: mean
Raises: forward: out of bounds for dimension 0 with size 4
Codes: SHP712 SHP710
Line: num_rois = len(rois)
Line: result = torch.zeros(num_rois, 4, 3, 3)
Line: result = result.index_copy(0, idx_in_level, self.sample(feature, rois[idx_in_level]))
Op: aten::zeros prim::Constant aten::index_copy
Module: pooler
Fix: num_rois = len(rois) => num_rois = rois.size(0)

`len` is a number of Python, and a constant of the trace.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Pooler(nn.Module):
    def sample(self, feature, rois):
        steps = torch.linspace(-0.5, 0.5, 3)
        y = rois[:, 1, None] + steps * rois[:, 3, None]
        x = rois[:, 0, None] + steps * rois[:, 2, None]
        grid = torch.stack([x.unsqueeze(1).expand(-1, 3, 3), y.unsqueeze(2).expand(-1, 3, 3)], dim=-1)
        out = F.grid_sample(feature, grid.reshape(1, -1, 3, 2) * 2 - 1, align_corners=False)
        return out.reshape(4, rois.size(0), 3, 3).transpose(0, 1)

    def forward(self, features, rois):
        levels = (rois[:, 2] * rois[:, 3] > 0.25).long()
        num_rois = len(rois)
        result = torch.zeros(num_rois, 4, 3, 3)
        for level, feature in enumerate(features):
            idx_in_level = torch.nonzero(levels == level).squeeze(1)
            result = result.index_copy(0, idx_in_level, self.sample(feature, rois[idx_in_level]))
        return result


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bbox_pred = nn.Linear(6, 4)
        self.lateral1 = nn.Conv2d(4, 4, 1)
        self.lateral2 = nn.Conv2d(4, 4, 1)
        self.pooler = Pooler()
        self.head = nn.Sequential(nn.Linear(36, 10), nn.ReLU(), nn.Linear(10, 3))

    def forward(self, p2, p3, proposal_features):
        rois = torch.sigmoid(self.bbox_pred(proposal_features))
        x = self.pooler([self.lateral1(p2), self.lateral2(p3)], rois)
        return self.head(x.flatten(1))
