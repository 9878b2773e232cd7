"""The overlap of boxes as a loss, where no predicted box touches its target

Source: https://github.com/lilanxiao/Rotated_IoU/issues/9
Adapted: axis-aligned boxes; the classifier learns beside the box head
Inputs: 3x6
Loss: output
Spoils: zero roi_head.bbox.*
Codes: ZER502
Line: wh = (rb - lt).clamp(min=0)
Op: aten::clamp
Module: .
Fix: return inter / (area1 + area2 - inter + 1e-6) => return inter / (area1 + area2 - inter + 1e-6) - (box1[:, :2] - box2[:, :2]).abs().sum(1)

The sides of the overlap are below zero and clamped, so that moving a box changes nothing.
"""

import torch
from torch import nn
from torch.nn import functional as F


def bbox_iou(box1: torch.Tensor, box2: torch.Tensor):
    lt = torch.max(box1[:, :2], box2[:, :2])
    rb = torch.min(box1[:, 2:], box2[:, 2:])
    wh = (rb - lt).clamp(min=0)
    inter = wh[:, 0] * wh[:, 1]
    area1 = (box1[:, 2] - box1[:, 0]) * (box1[:, 3] - box1[:, 1])
    area2 = (box2[:, 2] - box2[:, 0]) * (box2[:, 3] - box2[:, 1])
    return inter / (area1 + area2 - inter + 1e-6)


class RoIHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls = nn.Linear(8, 2)
        self.bbox = nn.Linear(8, 4)
        with torch.no_grad():
            self.bbox.weight.mul_(0.1)

    def forward(self, f):
        deltas = self.bbox(f)
        center, size = deltas[:, :2], 2.0 * torch.sigmoid(deltas[:, 2:])
        return self.cls(f), torch.cat([center - size, center + size], dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(6, 8)
        self.roi_head = RoIHead()

    def forward(self, x):
        cls_score, boxes = self.roi_head(torch.relu(self.backbone(x)))
        targets = torch.tensor([[20.0, 20.0, 24.0, 26.0]]).expand(x.size(0), 4)
        labels = torch.arange(x.size(0)) % 2
        loss_bbox = (1 - bbox_iou(boxes, targets)).mean()
        return F.cross_entropy(cls_score, labels) + loss_bbox
