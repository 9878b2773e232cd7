"""A capsule encoder pools its parts with an attention whose softmax goes over an axis of one

Source: https://github.com/phanideepgampa/stacked-capsule-networks/pull/5
Adapted: three capsules, poses of four numbers
Inputs: 4x1x12x12; 4x1x12x12
Loss: output
Spoils: zero attention_conv.*
Codes: ZER503
Line: attention_soft = self.softmax(attention)
Line: self.softmax = nn.Softmax(2)
Op: aten::softmax
Module: softmax .
Fix: self.softmax = nn.Softmax(2) => self.softmax = nn.Softmax(3)

Each weight is one, and the pooling is a plain sum.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.num_capsules = 3
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU())
        self.capsule_conv = nn.Conv2d(8, 3 * 4, 1)
        self.attention_conv = nn.Conv2d(8, 3, 1, bias=False)
        self.softmax = nn.Softmax(2)
        self.decoder = nn.Linear(3 * 4, 12 * 12)

    def forward(self, x, target):
        h = self.features(x)
        b = h.size(0)
        capsules = self.capsule_conv(h).view(b, self.num_capsules, 4, -1)
        attention = self.attention_conv(h).view(b, self.num_capsules, 1, -1)
        attention_soft = self.softmax(attention)
        poses = (capsules * attention_soft).sum(-1)
        image = torch.sigmoid(self.decoder(poses.flatten(1))).view_as(target)
        return F.mse_loss(image, target)
