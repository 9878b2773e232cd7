"""A feature pyramid traced with a portrait, and sent a landscape

Source: https://github.com/rwightman/efficientdet-pytorch/issues/169
Adapted: the mended form: resized to the size of the finer map
Export: trace 1x3x24x16
Inputs: 2x3x16x40
Loss: mean

The sizes that interpolate is given are read from the map, and stay so in a trace.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p3 = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.SiLU())
        self.p4 = nn.Sequential(nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.SiLU())
        self.p5 = nn.Sequential(nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.SiLU())
        self.edge_weights = nn.Parameter(torch.tensor([1.0, 2.0, 0.5]))
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.class_net = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        p3 = self.p3(x)
        p4 = self.p4(p3)
        p5 = self.p5(p4)
        w = torch.softmax(self.edge_weights, dim=0)
        fused = w[0] * p3
        fused = fused + w[1] * F.interpolate(p4, size=p3.shape[-2:], mode="nearest")
        fused = fused + w[2] * F.interpolate(p5, size=p3.shape[-2:], mode="nearest")
        out = self.class_net(F.silu(self.conv(fused)))
        return out.permute(0, 2, 3, 1).reshape(x.shape[0], -1, 4)
