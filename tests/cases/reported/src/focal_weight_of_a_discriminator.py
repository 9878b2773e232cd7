"""The focal weight of an adversarial loss is made of the prediction that it weighs

Source: https://github.com/thangvubk/PESR/issues/6
Adapted: a relativistic discriminator of small pictures
Inputs: 3x1x8x8; 3x1x8x8
Loss: output
Raises: forward: is not differentiable with respect to argument 'weight'
Codes: BWD404
Line: return F.binary_cross_entropy_with_logits(logits, target, weight=weight)
Line: weight = (1.0 - torch.sigmoid(logits)) ** self.gamma
Op: aten::binary_cross_entropy_with_logits
Module: .
Twin: healthy
Fix: weight=weight) => weight=weight.detach())

A weight of this loss may depend on nothing that is learnt.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gamma = 1.0
        self.generator = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 3, padding=1))
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.LeakyReLU(0.2), nn.Flatten())
        self.score = nn.Linear(36, 1, bias=False)

    def judge(self, image):
        return self.score(self.body(image)).squeeze(1)

    def focal_loss(self, logits):
        weight = (1.0 - torch.sigmoid(logits)) ** self.gamma
        target = torch.ones_like(logits)
        return F.binary_cross_entropy_with_logits(logits, target, weight=weight)

    def forward(self, low, high):
        fake = self.generator(low)
        return self.focal_loss(self.judge(high) - self.judge(fake)) + F.l1_loss(fake, high)
