"""Faces are halved until one pixel is left, and that pixel is to be normalised over itself

Source: https://github.com/liufeng2915/CFSM/issues/4
Adapted: faces of 8x8 pixels, three levels, a style in the middle
Inputs: 4x3x8x8; 4x5
Raises: forward: Expected more than 1 spatial element when training, got input size [4, 16, 1, 1]
Codes: TYP805
Line: self.down3 = DownBlock(16, 16)
Line: return torch.relu(self.norm(self.conv(x)))
Line: self.conv = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1)
Line: bottom = self.down3(self.down2(self.down1(face)))
Op: prim::RaiseException aten::instance_norm aten::conv2d
Module: down3.norm down3 down3.conv
Benign: down1.conv.bias down2.conv.bias down3.conv.bias
Fix: bottom = self.down3(self.down2(self.down1(face))) => bottom = self.down3(F.interpolate(self.down2(self.down1(face)), scale_factor=2.0))

8, 4, 2, 1: an instance norm needs more than one pixel.
"""

import torch
import torch.nn.functional as F
from torch import nn


class DownBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1)
        self.norm = nn.InstanceNorm2d(n_out, affine=True)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = DownBlock(3, 8)
        self.down2 = DownBlock(8, 16)
        self.down3 = DownBlock(16, 16)
        self.style = nn.Linear(5, 16)
        self.up = nn.ConvTranspose2d(16, 3, 4, stride=2, padding=1)

    def forward(self, face, style):
        bottom = self.down3(self.down2(self.down1(face)))
        styled = bottom * torch.sigmoid(self.style(style))[:, :, None, None]
        restored = self.up(styled)
        return F.interpolate(restored, size=face.shape[2:], mode="bilinear", align_corners=False)
