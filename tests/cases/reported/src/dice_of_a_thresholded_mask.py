"""A dice loss is given a threshold for its predictions

Source: https://github.com/qubvel-org/segmentation_models.pytorch/pull/611
Adapted: two classes, a decoder of one layer; the tensor is not declared a leaf
Inputs: 2x3x8x8; 2x2x8x8:int64[0,2)
Loss: output
Raises: backward: does not require grad
Codes: CUT103
Line: return (x > self.threshold).type(x.dtype)
Op: aten::gt
Module: loss
Fix: pr = self._threshold(pr) => pass

A comparison is a step: the overlap is counted, and nothing tells the network which way to go.
"""

import torch
from torch import nn


class DiceLoss(nn.Module):
    def __init__(self, eps: float = 1.0, threshold: float = 0.5):
        super().__init__()
        self.eps = eps
        self.threshold = threshold

    def _threshold(self, x: torch.Tensor):
        return (x > self.threshold).type(x.dtype)

    def forward(self, y_pr, y_gt):
        score = torch.zeros(1)
        for c in range(y_pr.size(1)):
            pr = torch.sigmoid(y_pr[:, c])
            pr = self._threshold(pr)
            gt = y_gt[:, c].type(pr.dtype)
            tp = (gt * pr).sum()
            score = score + (2.0 * tp + self.eps) / (gt.sum() + pr.sum() + self.eps)
        return 1.0 - score.mean() / y_pr.size(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.LeakyReLU(0.1))
        self.segmentation_head = nn.Conv2d(4, 2, 1)
        self.loss = DiceLoss()

    def forward(self, image, mask):
        return self.loss(self.segmentation_head(self.encoder(image)), mask)
