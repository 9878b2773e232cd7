"""Matches are weighed by how certain they are, and the weights take no part in the training

Source: https://github.com/qianqianwang68/caps/issues/3
Adapted: small maps, no cycle consistency; the distance to the match for the one to the epipolar line
Export: trace 2x3x8x8; 2x3x8x8; 2x4x2
Inputs: 2x3x8x8; 2x3x8x8; 2x4x2
Loss: output

The deviations are let go on purpose, lest the network lower the weights; the expected positions train everything.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
        axis = torch.linspace(-1.0, 1.0, 8)
        self.register_buffer("grid", torch.cartesian_prod(axis, axis).flip(1))

    def forward(self, im1, im2, coord1):
        feat1, feat2 = self.backbone(im1), self.backbone(im2)
        query = F.grid_sample(feat1, torch.tanh(coord1).unsqueeze(2), align_corners=True).squeeze(3)
        prob = torch.softmax(query.transpose(1, 2) @ feat2.flatten(2), dim=-1)
        expected = prob @ self.grid
        variance = prob @ self.grid**2 - expected**2
        std = torch.sqrt(variance.clamp(min=1e-6)).sum(-1)
        weight = 1.0 / std.detach().clamp(min=1e-2)
        weight = weight / weight.mean()
        distance = (expected - torch.tanh(coord1)).norm(dim=-1)
        return (weight * distance).mean()
