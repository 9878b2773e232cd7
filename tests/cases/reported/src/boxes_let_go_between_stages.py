"""Each stage refines boxes that it takes as given

Source: https://github.com/PeizeSun/SparseR-CNN/issues/92
Adapted: features without regions of interest; every stage has its own loss
Inputs: 2x5x8; 2x4x4
Loss: output

The boxes are detached from stage to stage, but each stage is compared with the truth, and the first is a parameter.
"""

import torch
from torch import nn


class DynamicHead(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.box_embed = nn.Linear(4, dim)
        self.attend = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.norm = nn.LayerNorm(dim)
        self.deltas = nn.Linear(dim, 4)

    def forward(self, proposals, boxes, features):
        query = proposals + self.box_embed(boxes)
        found, _ = self.attend(query, features, features, need_weights=False)
        proposals = self.norm(proposals + found)
        return proposals, boxes + 0.1 * self.deltas(proposals)


class Net(nn.Module):
    def __init__(self, dim: int = 8, proposals: int = 4, stages: int = 3):
        super().__init__()
        self.init_boxes = nn.Embedding(proposals, 4)
        self.init_features = nn.Embedding(proposals, dim)
        self.stages = nn.ModuleList([DynamicHead(dim) for _ in range(stages)])

    def forward(self, features, truth):
        boxes = self.init_boxes.weight.clone().unsqueeze(0).repeat(features.size(0), 1, 1)
        proposals = self.init_features.weight.unsqueeze(0).expand(features.size(0), -1, -1)
        loss = torch.zeros(())
        for stage in self.stages:
            proposals, predicted = stage(proposals, boxes, features)
            loss = loss + (predicted - truth).abs().sum(dim=-1).mean()
            boxes = predicted.detach()
        return loss
