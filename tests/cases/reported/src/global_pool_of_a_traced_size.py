"""Global pooling with a traced kernel

Source: https://github.com/pytorch/pytorch/issues/38472
Adapted: a small network of the same kind
Export: trace 2x3x8x8
Inputs: 2x3x16x16
Loss: mean
Raises: forward: mat1 and mat2 shapes cannot be multiplied (2x24 and 6x4)
Codes: SHP712
Line: g = F.avg_pool2d(f, k)
Line: k = int(f.shape[-1])
Line: return self.fc(torch.flatten(g, 1))
Op: aten::avg_pool2d aten::linear prim::Constant
Module: . fc
Fix: F.avg_pool2d(f, k) => F.adaptive_avg_pool2d(f, 1)

int(f.shape[-1]) is 8 for good; a map of 16 leaves 2x2.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU())
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        f = self.body(x)
        k = int(f.shape[-1])
        g = F.avg_pool2d(f, k)
        return self.fc(torch.flatten(g, 1))
