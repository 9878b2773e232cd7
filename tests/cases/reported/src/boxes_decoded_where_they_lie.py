"""A detection head squashes the centres and exponentiates the sizes in slices of one tensor

Source: https://github.com/ultralytics/yolov5/issues/671
Adapted: anchors and grid left out
Inputs: 2x3x4x4
Loss: mean
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: pred[..., 2:4].exp_()
Op: aten::exp_
Module: detect
Benign: backbone.0.bias
Fix: pred[..., 2:4].exp_() => pred = torch.cat([pred[..., :2], pred[..., 2:4].exp(), pred[..., 4:]], dim=-1)

The slices share the memory and the version of the whole: what the sigmoid has saved counts as changed.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Detect(nn.Module):
    def __init__(self, nc=1):
        super().__init__()
        self.no = nc + 5
        self.m = nn.Conv2d(8, self.no, 1)

    def forward(self, x):
        pred = self.m(x).permute(0, 2, 3, 1).contiguous()
        pred[..., 0:2].sigmoid_()
        pred[..., 2:4].exp_()
        return pred.view(pred.size(0), -1, self.no)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.SiLU())
        self.detect = Detect()

    def forward(self, x):
        return self.detect(self.backbone(x))
