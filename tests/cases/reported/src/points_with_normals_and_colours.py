"""Points carry nine values and not six, the global feature is repeated for another cloud, and classes stand last

Source: https://github.com/yanx27/Pointnet_Pointnet2_pytorch/issues/95
Adapted: the second and the third mistake are added
Inputs: 2x9x16; 2x16:int64[0,4)
Loss: output
Raises: forward: to have 6 channels, but got 9 channels instead
Codes: SHP702
Line: local = torch.relu(self.conv1(x))
Line: self.conv1 = nn.Conv1d(channel, 8, 1)
Line: self.feat = PointNetEncoder(channel=6, num_points=12)
Op: aten::conv1d
Module: feat.conv1
Fix: channel=6 => channel=9
Fix: repeat(1, 1, self.num_points) => repeat(1, 1, x.size(2))
Fix: F.cross_entropy(logits.transpose(1, 2), labels) => F.cross_entropy(logits, labels)
Later: SHP705 | aten::cat | feat | return torch.cat([pooled, local], 1) | raises forward: Sizes of tensors must match except in dimension 1
Later: SHP713 | aten::cross_entropy_loss | . | return F.cross_entropy(logits.transpose(1, 2), labels) | raises forward: Expected target size [2, 4], got [2, 16]

One behind the other.
"""

import torch
import torch.nn.functional as F
from torch import nn


class PointNetEncoder(nn.Module):
    def __init__(self, channel: int, num_points: int):
        super().__init__()
        self.num_points = num_points
        self.conv1 = nn.Conv1d(channel, 8, 1)
        self.conv2 = nn.Conv1d(8, 12, 1)

    def forward(self, x):
        local = torch.relu(self.conv1(x))
        pooled = self.conv2(local).amax(dim=2, keepdim=True)
        pooled = pooled.repeat(1, 1, self.num_points)
        return torch.cat([pooled, local], 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.feat = PointNetEncoder(channel=6, num_points=12)
        self.head = nn.Conv1d(20, 4, 1)

    def forward(self, points, labels):
        logits = self.head(self.feat(points))
        return F.cross_entropy(logits.transpose(1, 2), labels)
