"""A classifier is trained on detached features while the encoder learns from two views

Source: https://github.com/vturrisi/solo-learn/issues/135
Adapted: a redundancy loss over small perceptrons
Inputs: 8x6; 8x6; 8:int64[0,3)
Loss: output

Detaching is no operation in place: only the classifier reads the detached features.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 8))
        self.projector = nn.Sequential(nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 5, bias=False))
        self.classifier = nn.Linear(8, 3)

    def base_forward(self, x):
        feats = self.encoder(x)
        logits = self.classifier(feats.detach())
        return feats, logits

    def forward(self, x1, x2, targets):
        feats1, logits1 = self.base_forward(x1)
        feats2, logits2 = self.base_forward(x2)
        z1, z2 = self.projector(feats1), self.projector(feats2)
        z1 = (z1 - z1.mean(0)) / (z1.std(0) + 1e-4)
        z2 = (z2 - z2.mean(0)) / (z2.std(0) + 1e-4)
        corr = z1.t() @ z2 / z1.size(0)
        diag = torch.eye(corr.size(0))
        cdif = (corr - diag).pow(2)
        barlow_loss = (cdif * diag).sum() + 0.005 * (cdif * (1 - diag)).sum()
        class_loss = (F.cross_entropy(logits1, targets) + F.cross_entropy(logits2, targets)) / 2
        return barlow_loss + class_loss
