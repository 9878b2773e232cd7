"""Linear probing: a frozen backbone under no_grad, a head that learns

Source: A Simple Framework for Contrastive Learning, https://arxiv.org/abs/2002.05709
Inputs: 3x3x6x6

The backbone wants no gradient, and gets none.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).requires_grad_(False)
        self.probe = nn.Linear(4, 3)

    def forward(self, x):
        with torch.no_grad():
            h = self.backbone(x).mean((2, 3))
        return self.probe(h)
