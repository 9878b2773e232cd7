"""The crops of every picture reach a convolution as a dimension of their own

Source: https://github.com/zwx8981/LIQE/issues/29
Adapted: five crops of 8x8, and a small visual tower
Inputs: 2x5x3x8x8
Raises: forward: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [2, 5, 3, 8, 8]
Codes: SHP703
Line: x = torch.relu(self.conv1(x))
Line: feats = self.visual(crops)
Op: aten::conv2d
Module: visual.conv1 visual .
Twin: healthy
Fix: self.visual(crops) => self.visual(crops.flatten(0, 1)).unflatten(0, [crops.size(0), crops.size(1)])

Pictures and crops have to be folded together for the convolution, and unfolded behind it.
"""

import torch
from torch import nn


class VisualTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 4, stride=4)
        self.ln = nn.LayerNorm(8)
        self.proj = nn.Linear(8, 6)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        tokens = self.ln(x.flatten(-2).transpose(-2, -1))
        return self.proj(tokens.mean(dim=-2))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = VisualTower()
        self.texts = nn.Parameter(torch.randn(5, 6) * 0.3)

    def forward(self, crops):
        feats = self.visual(crops)
        logits = (feats @ self.texts.t()).mean(dim=1)
        levels = torch.arange(1, 6, dtype=logits.dtype)
        return (torch.softmax(logits, dim=-1) * levels).sum(dim=-1)
