"""A coarse map of attention is joined with a fine one, and their fusion compared with a map that has no channel

Source: https://github.com/hyf015/egocentric-gaze-prediction/issues/1
Adapted: small streams; the second fault is added
Inputs: 3x4x8x8; 3x3x16x16; 3x16x16
Loss: output
Raises: forward: Sizes of tensors must match except in dimension 1. Expected size 8 but got size 16 for tensor number 1 in the list
Codes: SHP705
Line: x = torch.cat((f, g), dim=1)
Op: aten::cat
Module: fusion
Fix: x = torch.cat((f, g), dim=1) => x = torch.cat((F.interpolate(f, size=g.shape[2:]), g), dim=1)
Fix: F.mse_loss(out, gaze) => F.mse_loss(out.squeeze(1), gaze)
Later: SHP707 | aten::mse_loss | . | return F.mse_loss(out, gaze) | wrong

The upsampling was commented out; behind it (3, 1, 16, 16) against (3, 16, 16) compares each prediction with all three maps.
"""

import torch
from torch import nn
from torch.nn import functional as F


class LateFusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.fusion = nn.Sequential(nn.Conv2d(2, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1))

    def forward(self, f, g):
        x = torch.cat((f, g), dim=1)
        return torch.sigmoid(self.fusion(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.Tanh(), nn.Conv2d(8, 1, 1))
        self.saliency = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Tanh(), nn.Conv2d(8, 1, 3, padding=1))
        self.fusion = LateFusion()

    def forward(self, fixation_features, frame, gaze):
        f = self.attention(fixation_features)
        g = self.saliency(frame)
        out = self.fusion(f, g)
        return F.mse_loss(out, gaze)
