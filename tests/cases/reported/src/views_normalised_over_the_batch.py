"""Swapped predictions of several views are normalised over the batch instead of the classes

Source: https://github.com/DonkeyShot21/UNO/issues/4
Adapted: the pseudo-labels are an input
Inputs: 6x5; 6x5; 2x6x4
Loss: output
Spoils: wrong
Codes: SHP713 SHP716
Line: preds = F.log_softmax(preds / self.temperature, dim=1)
Op: aten::log_softmax
Twin: healthy
Fix: dim=1) => dim=-1)

(views, batch, classes): dimension 1 is the batch.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Prototypes(nn.Module):
    def __init__(self, dim: int, count: int):
        super().__init__()
        self.prototypes = nn.Linear(dim, count, bias=False)

    def forward(self, x):
        return self.prototypes(F.normalize(x, dim=-1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.temperature = 0.5
        self.encoder = nn.Sequential(nn.Linear(5, 8), nn.Tanh())
        self.head = Prototypes(8, 4)

    def cross_entropy_loss(self, preds, targets):
        preds = F.log_softmax(preds / self.temperature, dim=1)
        return torch.mean(-torch.sum(targets * preds, dim=-1))

    def forward(self, view1, view2, scores):
        logits = torch.stack([self.head(self.encoder(v)) for v in [view1, view2]])
        targets = torch.softmax(scores, dim=-1)
        return self.cross_entropy_loss(logits, targets.flip(0))
