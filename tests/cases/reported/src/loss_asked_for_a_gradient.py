"""A loss without a history is asked for a gradient, so that backward no longer complains

Source: https://github.com/ronghuaiyang/arcface-pytorch/issues/56
Adapted: the features are detached where the report's were computed without gradient mode
Inputs: 6x8; 6:int64[0,4)
Loss: output
Spoils: none *
Codes: CUT107 CUT101
Line: loss = F.cross_entropy(scores, label).requires_grad_(True)
Line: features = F.normalize(self.backbone(x)).detach()
Op: aten::requires_grad_ aten::detach
Fix: features = F.normalize(self.backbone(x)).detach() => features = F.normalize(self.backbone(x))

The error goes away and the cut stays: backward fills the gradient of the loss itself, and nobody else's.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(8, 8), nn.PReLU(), nn.Linear(8, 6))
        self.register_buffer("weight", torch.randn(4, 6))

    def forward(self, x, label):
        features = F.normalize(self.backbone(x)).detach()
        scores = 8.0 * F.linear(features, F.normalize(self.weight))
        loss = F.cross_entropy(scores, label).requires_grad_(True)
        return loss
