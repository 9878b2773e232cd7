"""Melanoma model: pooled features (N, C, 1, 1) with metadata (N, C)

Source: https://discuss.pytorch.org/t/concatenate-layer-output-with-additional-input-data/20462
Adapted: a small network of the same kind
Inputs: 4x3x16x16; 4x5
Loss: mean
Raises: forward: Tensors must have same number of dimensions: got 4 and 2
Codes: SHP705
Line: features = torch.cat((cnn_features, meta_features), dim=1)
Line: cnn_features = self.cnn(image)
Op: aten::cat
Twin: healthy
Fix: self.cnn(image) => self.cnn(image).flatten(1)

An adaptive pool leaves (4, 6, 1, 1), which cannot be joined with (4, 6).
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.meta = nn.Sequential(nn.Linear(5, 6), nn.ReLU())
        self.fc = nn.Linear(12, 2)

    def forward(self, image, meta):
        cnn_features = self.cnn(image)
        meta_features = self.meta(meta)
        features = torch.cat((cnn_features, meta_features), dim=1)
        return self.fc(features)
