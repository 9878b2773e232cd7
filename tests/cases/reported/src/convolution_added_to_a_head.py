"""A convolution was added to a dense head, and its forward was left as it was

Source: https://github.com/open-mmlab/mmdetection/issues/8244
Adapted: one level, a head of three branches
Inputs: 2x3x8x8
Spoils: none bbox_head.conv_centerness.*
Codes: PAR203
Module: bbox_head.conv_centerness bbox_head
Fix: return self.conv_cls(cls_feat), self.conv_reg(reg_feat).exp() => return self.conv_cls(cls_feat) * torch.sigmoid(self.conv_centerness(reg_feat)), self.conv_reg(reg_feat).exp()

Nothing reads the new layer.
"""

import torch
from torch import nn


class DenseHead(nn.Module):
    def __init__(self, in_channels: int, feat_channels: int, num_classes: int):
        super().__init__()
        self.cls_convs = nn.Sequential(nn.Conv2d(in_channels, feat_channels, 3, padding=1), nn.LeakyReLU(0.1))
        self.reg_convs = nn.Sequential(nn.Conv2d(in_channels, feat_channels, 3, padding=1), nn.LeakyReLU(0.1))
        self.conv_cls = nn.Conv2d(feat_channels, num_classes, 3, padding=1)
        self.conv_reg = nn.Conv2d(feat_channels, 4, 3, padding=1)
        self.conv_centerness = nn.Conv2d(feat_channels, 1, 3, padding=1)

    def forward(self, feat):
        cls_feat = self.cls_convs(feat)
        reg_feat = self.reg_convs(feat)
        return self.conv_cls(cls_feat), self.conv_reg(reg_feat).exp()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.SiLU())
        self.neck = nn.Conv2d(6, 6, 1)
        self.bbox_head = DenseHead(6, 6, 3)

    def forward(self, img):
        cls_score, bbox_pred = self.bbox_head(self.neck(self.backbone(img)))
        return cls_score, bbox_pred
