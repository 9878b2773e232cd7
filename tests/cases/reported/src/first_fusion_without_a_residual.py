"""The first fusion layer of a depth head has a branch for a residual, and is the only one that gets none

Source: https://github.com/huggingface/transformers/issues/30633
Adapted: three levels
Export: trace 2x3x16x16
Inputs: 2x3x16x16
Loss: mean
Spoils: none fusion.0.residual_layer1.*
Codes: PAR203
Fix: hidden = self.fusion[0](features[2]) => hidden = self.fusion[0](features[2], features[2])

There is no deeper level that it could be fused with.
"""

from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PreActResidualLayer(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.convolution1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.convolution2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.convolution2(F.relu(self.convolution1(F.relu(x))))


class FeatureFusionLayer(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.projection = nn.Conv2d(channels, channels, 1)
        self.residual_layer1 = PreActResidualLayer(channels)
        self.residual_layer2 = PreActResidualLayer(channels)

    def forward(self, hidden, residual: Optional[Tensor] = None):
        if residual is not None:
            hidden = hidden + self.residual_layer1(residual)
        hidden = self.residual_layer2(hidden)
        hidden = F.interpolate(hidden, scale_factor=2.0, mode="bilinear", align_corners=True)
        return self.projection(hidden)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.down = nn.ModuleList([nn.Conv2d(8, 8, 3, stride=2, padding=1) for _ in range(2)])
        self.fusion = nn.ModuleList([FeatureFusionLayer(8) for _ in range(3)])
        self.head = nn.Sequential(nn.Conv2d(8, 4, 3, padding=1), nn.GELU(), nn.Conv2d(4, 1, 1))

    def forward(self, pixel_values):
        features = [F.gelu(self.stem(pixel_values))]
        for down in self.down:
            features.append(F.gelu(down(features[-1])))
        hidden = self.fusion[0](features[2])
        hidden = self.fusion[1](hidden, features[1])
        hidden = self.fusion[2](hidden, features[0])
        return self.head(hidden).squeeze(1)
