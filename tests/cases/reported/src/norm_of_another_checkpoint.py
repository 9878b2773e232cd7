"""A projector is made for the features of another backbone

Source: https://github.com/Comfy-Org/ComfyUI/issues/7022
Adapted: twelve features for ten
Inputs: 2x5x10
Raises: forward: Given normalized_shape=[12], expected input with shape [*, 12]
Codes: SHP709
Line: return F.layer_norm(x, [12], self.weight, self.bias)
Op: aten::layer_norm
Module: norm
Fix: F.layer_norm(x, [12], self.weight, self.bias) => F.layer_norm(x, [10], self.weight[:10], self.bias[:10])

The features are ten, and the norm is for twelve.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(12))
        self.bias = nn.Parameter(torch.zeros(12))

    def forward(self, x):
        return F.layer_norm(x, [12], self.weight, self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = Norm()
        self.out = nn.Linear(10, 4)

    def forward(self, x):
        return self.out(self.norm(x))
