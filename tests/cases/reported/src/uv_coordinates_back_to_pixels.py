"""Predicted uv coordinates are turned into pixels to look up a learnt texture

Source: https://github.com/HIPS/autograd/issues/71
Adapted: from numpy to torch; a small network predicts the coordinates
Inputs: 10x3; 10x3
Loss: output
Spoils: none uv_net.*
Codes: CUT104
Line: u = (uv[:, 0] * (self.height / 2.0) + self.height / 2.0).long().clamp(0, self.height - 1)
Line: v = (uv[:, 1] * (self.width / 2.0) + self.width / 2.0).long().clamp(0, self.width - 1)
Op: aten::to

Whole pixels know nothing of the coordinates that they came from.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, height: int = 8, width: int = 8):
        super().__init__()
        self.height = height
        self.width = width
        self.uv_net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 2), nn.Tanh())
        self.texture = nn.Parameter(torch.randn(height, width, 6) * 0.1)
        self.shader = nn.Linear(6, 3)

    def forward(self, points, colour):
        uv = self.uv_net(points)
        u = (uv[:, 0] * (self.height / 2.0) + self.height / 2.0).long().clamp(0, self.height - 1)
        v = (uv[:, 1] * (self.width / 2.0) + self.width / 2.0).long().clamp(0, self.width - 1)
        texel = self.texture[u, v]
        return F.mse_loss(self.shader(texel), colour)
