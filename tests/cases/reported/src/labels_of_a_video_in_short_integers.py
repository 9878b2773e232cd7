"""The labels of tracked boxes are kept as 32-bit integers

Source: https://github.com/open-mmlab/mmtracking/issues/446
Adapted: classes and boxes of regions of a map, ignored ones clamped in the forward
Inputs: 2x3x8x8; 2x16:int64[0,5); 2x16x4
Loss: output
Raises: forward: expected target dtype to be Long or Byte, but got Int
Codes: TYP802
Line: labels = labels.clamp(max=self.num_classes).int()
Line: loss_cls = F.cross_entropy(cls_score.reshape(-1, self.num_classes + 1), labels.reshape(-1))
Op: aten::cross_entropy_loss aten::to
Module: bbox_head
Twin: healthy
Fix: labels.clamp(max=self.num_classes).int() => labels.clamp(max=self.num_classes).long()

A class index is taken as 64-bit integer.
"""

import torch
from torch import nn
from torch.nn import functional as F


class BBoxHead(nn.Module):
    def __init__(self, channels: int, num_classes: int):
        super().__init__()
        self.num_classes = num_classes
        self.shared = nn.Linear(channels, 12)
        self.fc_cls = nn.Linear(12, num_classes + 1)
        self.fc_reg = nn.Linear(12, 4)

    def get_targets(self, labels, boxes):
        labels = labels.clamp(max=self.num_classes).int()
        weights = (labels != self.num_classes).float().unsqueeze(-1)
        return labels, boxes, weights

    def forward(self, rois, gt_labels, gt_boxes):
        x = torch.tanh(self.shared(rois))
        cls_score, bbox_pred = self.fc_cls(x), self.fc_reg(x)
        labels, boxes, weights = self.get_targets(gt_labels, gt_boxes)
        loss_cls = F.cross_entropy(cls_score.reshape(-1, self.num_classes + 1), labels.reshape(-1))
        loss_bbox = (F.smooth_l1_loss(bbox_pred, boxes, reduction="none") * weights).mean()
        return loss_cls + loss_bbox


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.bbox_head = BBoxHead(8, 4)

    def forward(self, image, gt_labels, gt_boxes):
        rois = torch.tanh(self.backbone(image)).flatten(2).transpose(1, 2)
        return self.bbox_head(rois, gt_labels, gt_boxes)
