"""The pairs of a contrastive loss are those of a full batch, and the last one holds three images

Source: https://github.com/sthalles/SimCLR/issues/40
Adapted: a batch of eight and two views of three images
Inputs: 6x3x8x8
Loss: output
Raises: forward: does not match the shape of the indexed tensor [6, 6]
Codes: SHP717 SHP706 SHP710
Line: labels = torch.cat([torch.arange(self.batch_size) for i in range(self.n_views)], dim=0)
Line: similarity_matrix = similarity_matrix[~mask].view(similarity_matrix.shape[0], -1)
Line: mask = torch.eye(labels.shape[0], dtype=torch.bool)
Op: aten::index aten::arange aten::eye
Module: .
Fix: torch.arange(self.batch_size) => torch.arange(features.shape[0] // self.n_views)

The mask is (16, 16), the similarities are (6, 6).
"""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.batch_size = 8
        self.n_views = 2
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.fc = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 6))

    def info_nce_loss(self, features):
        labels = torch.cat([torch.arange(self.batch_size) for i in range(self.n_views)], dim=0)
        labels = (labels.unsqueeze(0) == labels.unsqueeze(1)).float()
        features = F.normalize(features, dim=1)
        similarity_matrix = torch.matmul(features, features.t())
        mask = torch.eye(labels.shape[0], dtype=torch.bool)
        labels = labels[~mask].view(labels.shape[0], -1)
        similarity_matrix = similarity_matrix[~mask].view(similarity_matrix.shape[0], -1)
        positives = similarity_matrix[labels > 0].view(labels.shape[0], -1)
        negatives = similarity_matrix[labels == 0].view(similarity_matrix.shape[0], -1)
        logits = torch.cat([positives, negatives], dim=1) / 0.5
        return F.cross_entropy(logits, torch.zeros(logits.shape[0], dtype=torch.long))

    def forward(self, images):
        features = self.fc(self.backbone(images).flatten(1))
        return self.info_nce_loss(features)
