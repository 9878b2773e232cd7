"""The fast normalised fusion of a pyramid divides its rectified weights in place

Source: https://github.com/tristandb/EfficientDet-PyTorch/issues/7
Adapted: one block of three levels
Inputs: 2x4x8x8; 2x4x4x4; 2x4x2x2
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: w1 /= torch.sum(w1, dim=0) + self.epsilon
Line: w2 /= torch.sum(w2, dim=0) + self.epsilon
Op: aten::div_
Module: bifpn
Fix: w1 /= torch.sum(w1, dim=0) + self.epsilon => w1 = w1 / (torch.sum(w1, dim=0) + self.epsilon)
Fix: w2 /= torch.sum(w2, dim=0) + self.epsilon => w2 = w2 / (torch.sum(w2, dim=0) + self.epsilon)
Later: IPL301 | aten::div_ | bifpn | w2 /= torch.sum(w2, dim=0) + self.epsilon | raises backward: modified by an inplace operation

The rectifier keeps its result for backward, and the division writes over it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class BiFPNBlock(nn.Module):
    def __init__(self, epsilon: float = 0.0001):
        super().__init__()
        self.epsilon = epsilon
        self.p3_td = nn.Conv2d(4, 4, 1)
        self.p4_td = nn.Conv2d(4, 4, 1)
        self.p4_out = nn.Conv2d(4, 4, 1)
        self.p5_out = nn.Conv2d(4, 4, 1)
        self.w1 = nn.Parameter(torch.rand(2, 2) + 0.5)
        self.w2 = nn.Parameter(torch.rand(3, 2) + 0.5)

    def forward(self, p3, p4, p5):
        w1 = F.relu(self.w1)
        w1 /= torch.sum(w1, dim=0) + self.epsilon
        w2 = F.relu(self.w2)
        w2 /= torch.sum(w2, dim=0) + self.epsilon
        p4_td = self.p4_td(w1[0, 0] * p4 + w1[1, 0] * F.interpolate(p5, scale_factor=2.0))
        p3_td = self.p3_td(w1[0, 1] * p3 + w1[1, 1] * F.interpolate(p4_td, scale_factor=2.0))
        p4_out = self.p4_out(w2[0, 0] * p4 + w2[1, 0] * p4_td + w2[2, 0] * F.avg_pool2d(p3_td, 2))
        p5_out = self.p5_out(w2[0, 1] * p5 + w2[1, 1] * p5 + w2[2, 1] * F.avg_pool2d(p4_out, 2))
        return p3_td, p4_out, p5_out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bifpn = BiFPNBlock()
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, c3, c4, c5):
        p3, p4, p5 = self.bifpn(c3, c4, c5)
        return self.head(p3).mean() + self.head(p4).mean() + self.head(p5).abs().mean()
