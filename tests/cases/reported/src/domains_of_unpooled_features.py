"""Unpooled features of a domain adaptation are viewed as more pictures than there are

Source: https://github.com/thuml/Transfer-Learning-Library/issues/52
Adapted: maps of 3x3 instead of 7x7
Inputs: 4x3x8x8; 4:int64[0,5)
Loss: output
Raises: forward: Expected input batch_size (36) to match target batch_size (4)
Codes: SHP718
Line: f = self.backbone(x).view(-1, self.features_dim)
Line: return F.cross_entropy(y_s, labels_s)
Op: aten::view aten::cross_entropy_loss
Module: .
Twin: healthy
Fix: self.backbone(x).view(-1, self.features_dim) => self.backbone(x).mean(dim=[2, 3])

(4, 6, 3, 3) as rows of six is 36 rows: the places have become samples.
"""

import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features_dim = 6
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.Tanh(),
            nn.Conv2d(4, 6, 3, stride=2),
            nn.Tanh(),
        )
        self.bottleneck = nn.Sequential(nn.Linear(6, 8), nn.Tanh())
        self.head = nn.Linear(8, 5)

    def forward(self, x, labels_s):
        f = self.backbone(x).view(-1, self.features_dim)
        y_s = self.head(self.bottleneck(f))
        return F.cross_entropy(y_s, labels_s)
