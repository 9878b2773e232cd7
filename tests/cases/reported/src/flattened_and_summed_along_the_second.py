"""A dice loss flattens both sides to one dimension, and sums along the second

Source: https://github.com/ljwztc/CLIP-Driven-Universal-Model/issues/83
Adapted: two organs, one volume
Inputs: 1x1x4x6x6; 1x2x4x6x6
Loss: output
Raises: forward: Dimension out of range (expected to be in range of [-1, 0], but got 1)
Codes: SHP703 SHP718
Line: num = torch.sum(torch.mul(predict, target), dim=1)
Line: predict = predict.contiguous().view(self.shape)
Line: self.shape = [-1]
Op: aten::sum aten::view
Module: loss
Fix: self.shape = [-1] => self.shape = [1, -1]

The batch has gone with the rest.
"""

import torch
from torch import nn


class BinaryDiceLoss(nn.Module):
    def __init__(self, smooth: float = 1.0):
        super().__init__()
        self.smooth = smooth
        self.shape = [-1]

    def forward(self, predict, target):
        predict = predict.contiguous().view(self.shape)
        target = target.contiguous().view(self.shape)
        num = torch.sum(torch.mul(predict, target), dim=1)
        den = torch.sum(predict, dim=1) + torch.sum(target, dim=1) + self.smooth
        dice_score = 2 * num / den
        return (1 - dice_score).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv3d(1, 4, 3, padding=1), nn.ReLU())
        self.organs = nn.ModuleList([nn.Conv3d(4, 1, 1), nn.Conv3d(4, 1, 1)])
        self.loss = BinaryDiceLoss()

    def forward(self, volume, masks):
        features = self.backbone(volume)
        total = torch.zeros(1)
        for i, organ in enumerate(self.organs):
            total = total + self.loss(torch.sigmoid(organ(features)), torch.sigmoid(masks[:, i : i + 1]))
        return total.sum()
