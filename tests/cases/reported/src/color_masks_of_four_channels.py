"""A dice loss wants one channel a class, and the masks are images of four channels

Source: https://github.com/sithu31296/semantic-segmentation/issues/9
Adapted: six classes
Inputs: 2x3x8x8; 2x4x8x8
Loss: output
Raises: forward: The size of tensor a (4) must match the size of tensor b (6) at non-singleton dimension 1
Codes: SHP706 SHP713
Line: tp = torch.sum(targets * preds, dim=[2, 3])
Line: return self.criterion(self.head(features), torch.sigmoid(labels))
Op: aten::mul
Module: criterion
Fix: self.head = nn.Conv2d(5, 6, 1) => self.head = nn.Conv2d(5, 4, 1)

Six channels are predicted.
"""

import torch
from torch import nn


class Dice(nn.Module):
    def __init__(self, delta: float):
        super().__init__()
        self.delta = delta

    def forward(self, preds, targets):
        preds = torch.softmax(preds, dim=1)
        tp = torch.sum(targets * preds, dim=[2, 3])
        fn = torch.sum(targets * (1 - preds), dim=[2, 3])
        fp = torch.sum((1 - targets) * preds, dim=[2, 3])
        score = (tp + 1e-6) / (tp + self.delta * fn + (1 - self.delta) * fp + 1e-6)
        return torch.mean(1.0 - score)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.Tanh())
        self.head = nn.Conv2d(5, 6, 1)
        self.criterion = Dice(0.5)

    def forward(self, image, labels):
        features = self.backbone(image)
        return self.criterion(self.head(features), torch.sigmoid(labels))
