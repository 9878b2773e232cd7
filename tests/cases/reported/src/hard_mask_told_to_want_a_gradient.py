"""A thresholded mask is told to want a gradient

Source: https://discuss.pytorch.org/t/thresholding-and-backpropagation-requires-grad/72842
Adapted: channel pruning of a small network
Inputs: 4x3x8x8; 4:int64[0,5)
Loss: output
Spoils: none pruner.score.*
Codes: CUT107 CUT103
Line: mask = (prob > 0.5).float().requires_grad_(True)
Op: aten::gt aten::requires_grad_
Module: pruner
Fix: mask = (prob > 0.5).float().requires_grad_(True) => mask = ((prob > 0.5).float() - prob).detach() + prob

The mask is a leaf that has nothing behind it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Pruner(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.score = nn.Linear(channels, channels)

    def forward(self, x):
        prob = torch.sigmoid(self.score(x.mean(dim=[2, 3])))
        mask = (prob > 0.5).float().requires_grad_(True)
        return x * mask[:, :, None, None]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 12, 3)
        self.pruner = Pruner(12)
        self.fc = nn.Linear(12, 5)

    def forward(self, x, label):
        h = self.pruner(F.relu(self.conv(x)))
        return F.cross_entropy(self.fc(h.mean(dim=[2, 3])), label)
