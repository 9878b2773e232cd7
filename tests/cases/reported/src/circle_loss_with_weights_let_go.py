"""The circle loss weighs each similarity by how far it is from its optimum, without a gradient

Source: https://github.com/TinyZeaMays/CircleLoss/issues/28
Adapted: a small encoder of images in front; eight pictures of four classes
Inputs: 8x1x6x6
Loss: output

The similarities themselves have another way to the loss.
"""

import torch
from torch import nn
from torch.nn import functional as F


class CircleLoss(nn.Module):
    def __init__(self, m: float, gamma: float):
        super().__init__()
        self.m = m
        self.gamma = gamma

    def forward(self, sp, sn):
        ap = torch.clamp_min(-sp.detach() + 1 + self.m, min=0.0)
        an = torch.clamp_min(sn.detach() + self.m, min=0.0)
        logit_p = -ap * (sp - 1 + self.m) * self.gamma
        logit_n = an * (sn - self.m) * self.gamma
        return F.softplus(torch.logsumexp(logit_n, dim=0) + torch.logsumexp(logit_p, dim=0))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 4, 3), nn.PReLU(), nn.Flatten(), nn.Linear(64, 8))
        self.criterion = CircleLoss(0.25, 4.0)
        self.register_buffer("label", torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]))

    def forward(self, image):
        feature = F.normalize(self.encoder(image), dim=1)
        similarity = feature @ feature.t()
        same = self.label.unsqueeze(0) == self.label.unsqueeze(1)
        upper = torch.ones_like(same).triu(diagonal=1)
        return self.criterion(similarity[same & upper], similarity[(~same) & upper])
