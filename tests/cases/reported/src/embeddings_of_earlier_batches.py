"""A cross batch memory keeps the embeddings of earlier batches, detached

Source: https://github.com/bnu-wangxun/Deep_Metric/issues/45
Inputs: 4x10; 4:int64[0,3)
Loss: output

The old embeddings are constants, and are meant to be: the gradient goes to those of this batch.
"""

import torch
from torch import nn
from torch.nn import functional as F


class XBM(nn.Module):
    def __init__(self, size: int, dim: int):
        super().__init__()
        self.size = size
        self.feats = F.normalize(torch.randn(size, dim), dim=1)
        self.targets = torch.arange(size) % 3

    def enqueue_dequeue(self, feats, targets):
        self.feats = torch.cat([feats.detach(), self.feats], dim=0)[: self.size]
        self.targets = torch.cat([targets, self.targets], dim=0)[: self.size]

    def forward(self, feats, targets):
        self.enqueue_dequeue(feats, targets)
        return self.feats, self.targets


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 6))
        self.xbm = XBM(12, 6)
        self.margin = 0.5

    def contrastive(self, inputs_col, targets_col, inputs_row, targets_row):
        sim = inputs_col @ inputs_row.t()
        same = targets_col.unsqueeze(1) == targets_row.unsqueeze(0)
        positive = torch.where(same, 1.0 - sim, torch.zeros_like(sim))
        negative = torch.where(same, torch.zeros_like(sim), F.softplus((sim - self.margin) * 4.0) / 4.0)
        return (positive + negative).sum() / inputs_col.size(0)

    def forward(self, x, targets):
        feats = F.normalize(self.backbone(x), dim=1)
        loss = self.contrastive(feats, targets, feats, targets)
        xbm_feats, xbm_targets = self.xbm(feats, targets)
        return loss + self.contrastive(feats, targets, xbm_feats, xbm_targets)
