"""A dense block writes its concatenations into one buffer

Source: https://github.com/gpleiss/efficient_densenet_pytorch/issues/35
Adapted: without the checkpointing that makes it right
Inputs: 2x4x5x5
Loss: mean
Raises: forward: don't support automatic differentiation
Codes: IPL306
Line: joined = torch.cat(features, dim=1, out=torch.empty(0))
Op: aten::cat
Module: block
Fix: torch.cat(features, dim=1, out=torch.empty(0)) => torch.cat(features, dim=1)
"""

import torch
from torch import nn
from torch.nn import functional as F


class DenseBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(4 + 2 * i, 2, 3, padding=1) for i in range(3)])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            joined = torch.cat(features, dim=1, out=torch.empty(0))
            features.append(F.relu(layer(joined)))
        return torch.cat(features, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(4, 4, 1)
        self.block = DenseBlock()
        self.fc = nn.Linear(10, 3)

    def forward(self, x):
        return self.fc(self.block(self.stem(x)).mean(dim=(2, 3)))
