"""Focal loss by hand: probabilities (N, 1), labels (N,)

Source: https://github.com/clcarwin/focal_loss_pytorch
Adapted: a small network of the same kind
Inputs: 6x7; 6
Loss: output
Spoils: wrong
Codes: SHP707
Line: pt = p * target + (1 - p) * (1 - target)
Line: return self.criterion(self.net(x), label)
Op: aten::mul
Module: criterion
Twin: healthy
Fix: self.criterion(self.net(x), label) => self.criterion(self.net(x).squeeze(1), label)

(6, 1) times (6,) is (6, 6): each prediction meets every label.
"""

import torch
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma: float):
        super().__init__()
        self.gamma = gamma

    def forward(self, logits, target):
        p = torch.sigmoid(logits)
        pt = p * target + (1 - p) * (1 - target)
        return (-((1 - pt) ** self.gamma) * torch.log(pt + 1e-6)).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(7, 12), nn.SiLU(), nn.Linear(12, 1))
        self.criterion = FocalLoss(2.0)

    def forward(self, x, label):
        return self.criterion(self.net(x), label)
