"""An EEG network clips the norm of its last weight in place, under no_grad, before it uses it

Source: https://github.com/braindecode/braindecode/pull/429
Adapted: a temporal and a spatial convolution for ATCNet
Inputs: 4x1x6x32
Loss: cross_entropy 4:int64[0,4)

It may: the write is not recorded, and nothing has saved the weight yet.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MaxNormLinear(nn.Module):
    def __init__(self, in_features: int, out_features: int, max_norm_val: float = 0.5, eps: float = 1e-5):
        super().__init__()
        self._max_norm_val = max_norm_val
        self._eps = eps
        self.linear = nn.Linear(in_features, out_features)

    def _max_norm(self, w):
        with torch.no_grad():
            norm = w.norm(2, dim=0, keepdim=True).clamp(min=self._max_norm_val / 2)
            desired = torch.clamp(norm, max=self._max_norm_val)
            w *= desired / (self._eps + norm)

    def forward(self, x):
        self._max_norm(self.linear.weight)
        return self.linear(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.temporal = nn.Conv2d(1, 4, (1, 8), padding=(0, 4), bias=False)
        self.spatial = nn.Conv2d(4, 8, (6, 1), groups=4, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.classifier = MaxNormLinear(32, 4)

    def forward(self, x):
        x = self.spatial(self.temporal(x))
        x = F.elu(self.bn(x))
        x = F.avg_pool2d(x, (1, 8))
        return self.classifier(x.flatten(1))
