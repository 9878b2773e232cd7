"""Poses are predicted as maps of one pixel, and compared with rows of numbers

Source: https://github.com/dingmyu/CamNet/pull/4
Adapted: two images, a small backbone, the target as an input
Inputs: 2x3x12x12; 2x3; 2x4
Loss: output
Spoils: wrong
Codes: SHP707 SHP713
Line: return F.l1_loss(predicted, target)
Line: return self.fc_trans(pooled), self.fc_quat(pooled)
Line: trans, quat = self.pose_head(self.backbone(image))
Line: return self.distance(trans, translation) + self.beta * self.distance(quat, rotation)
Op: aten::l1_loss aten::broadcast_tensors aten::conv2d
Module: . pose_head pose_head.fc_trans pose_head.fc_quat
Twin: healthy
Fix: F.l1_loss(predicted, target) => F.l1_loss(predicted.flatten(1), target)

(N, 3, 1, 1) and (N, 3) meet as (N, 3, N, 3).
"""

import torch
from torch import nn
from torch.nn import functional as F


class PoseHead(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squash = nn.Conv2d(channels, 16, 1)
        self.fc_trans = nn.Conv2d(16, 3, 1)
        self.fc_quat = nn.Conv2d(16, 4, 1)

    def forward(self, features):
        pooled = torch.tanh(self.squash(self.pool(features)))
        return self.fc_trans(pooled), self.fc_quat(pooled)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.beta = 3.0
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.ELU(), nn.Conv2d(6, 10, 3, stride=2, padding=1), nn.ELU()
        )
        self.pose_head = PoseHead(10)

    def distance(self, predicted, target):
        return F.l1_loss(predicted, target)

    def forward(self, image, translation, rotation):
        trans, quat = self.pose_head(self.backbone(image))
        rotation = F.normalize(rotation, dim=1)
        return self.distance(trans, translation) + self.beta * self.distance(quat, rotation)
