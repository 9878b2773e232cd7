"""The YOLO layer decodes its boxes from the data of its predictions, and is traced

Source: https://github.com/eriklindernoren/PyTorch-YOLOv3/issues/210
Adapted: one anchor, boxes and scores from convolutions of their own
Export: trace 2x3x8x8
Inputs: 2x3x8x8
Loss: mean
Spoils: none yolo.boxes.*
Codes: CUT106
Line: xy = torch.sigmoid(prediction[:, :2]).data + self.grid
Line: wh = torch.exp(prediction[:, 2:]).data * self.anchor
Op: prim::Constant
Module: yolo

The boxes of the example are recorded: any image gets them, and nothing learns from them.
"""

import torch
from torch import nn


class YOLOLayer(nn.Module):
    def __init__(self, size: int = 4):
        super().__init__()
        self.boxes = nn.Conv2d(8, 4, 1)
        self.scores = nn.Conv2d(8, 3, 1)
        rows = torch.arange(size).float()
        self.register_buffer("grid", torch.stack([rows.repeat(size, 1), rows.repeat(size, 1).t()]).unsqueeze(0))
        self.register_buffer("anchor", torch.tensor([1.5, 2.0]).view(1, 2, 1, 1))

    def forward(self, x):
        prediction = self.boxes(x)
        xy = torch.sigmoid(prediction[:, :2]).data + self.grid
        wh = torch.exp(prediction[:, 2:]).data * self.anchor
        conf = torch.sigmoid(self.scores(x))
        return torch.cat([xy, wh, conf], dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.darknet = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.1))
        self.yolo = YOLOLayer()

    def forward(self, images):
        return self.yolo(self.darknet(images))
