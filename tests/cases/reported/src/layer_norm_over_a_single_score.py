"""A layer norm over the single score of a regressor

Source: https://github.com/pytorch/pytorch/pull/12968
Adapted: a hydra of two heads; the other one has three scores; double, so that zero is zero
Inputs: [{"shape": [6, 5], "dtype": "float64"}]
Spoils: zero heads.0.fc.* heads.0.norm.weight
Codes: ZER503 ZER504
Line: return self.norm(self.fc(torch.relu(h)))
Op: aten::layer_norm
Module: heads.0.norm
Fix: nn.ModuleList([Head(8, 1), Head(8, 3)]) => nn.ModuleList([Head(8, 2), Head(8, 3)])

What is alone is its own mean: the norm of it is zero, whatever the layer before says.
"""

import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, width: int, scores: int):
        super().__init__()
        self.fc = nn.Linear(width, scores)
        self.norm = nn.LayerNorm(scores)

    def forward(self, h):
        return self.norm(self.fc(torch.relu(h)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(5, 8)
        self.heads = nn.ModuleList([Head(8, 1), Head(8, 3)])
        self.double()

    def forward(self, x):
        h = self.stem(x)
        return torch.cat([head(h) for head in self.heads], dim=-1)
