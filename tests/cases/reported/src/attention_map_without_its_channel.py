"""Spatial attention: squeeze() takes the channel of the map

Source: https://github.com/galsang/BiDAF-pytorch/pull/26
Adapted: a small network of the same kind
Inputs: 3x3x10x10
Loss: mean
Raises: forward: The size of tensor a (8) must match the size of tensor b (3) at non-singleton dimension 1
Codes: SHP720
Line: a = torch.sigmoid(self.att(f)).squeeze()
Line: pooled = (f * a).mean(dim=(2, 3))
Op: aten::squeeze aten::mul
Twin: healthy
Fix: .squeeze() => 

(3, 1, 10, 10) becomes (3, 10, 10), whose samples then lie along the channels.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.feat = nn.Conv2d(3, 8, 3, padding=1)
        self.att = nn.Conv2d(8, 1, 1)
        self.cls = nn.Linear(8, 4)

    def forward(self, x):
        f = F.relu(self.feat(x))
        a = torch.sigmoid(self.att(f)).squeeze()
        pooled = (f * a).mean(dim=(2, 3))
        return self.cls(pooled)
