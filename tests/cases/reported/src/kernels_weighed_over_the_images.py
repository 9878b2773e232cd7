"""Selective kernels are weighed by a softmax over the images instead of over the kernels

Source: https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/18
Adapted: three kernels, a stem and a head around it
Inputs: 4x3x10x10
Spoils: wrong
Codes: SHP716
Line: self.softmax = nn.Softmax(dim=1)
Line: attention_weights = self.softmax(torch.stack(weights, 0))
Op: aten::softmax
Module: attention.softmax attention
Twin: healthy
Fix: nn.Softmax(dim=1) => nn.Softmax(dim=0)

(kernels, batch, channels, 1, 1): the branches come first, and dimension 1 is the batch.
"""

from typing import List

import torch
from torch import Tensor, nn


class SKAttention(nn.Module):
    def __init__(self, channel: int, reduction: int):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(channel, channel, k, padding=k // 2) for k in (1, 3, 5)])
        self.fc = nn.Linear(channel, reduction)
        self.fcs = nn.ModuleList([nn.Linear(reduction, channel) for _ in range(3)])
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        bs, c = x.size(0), x.size(1)
        outs: List[Tensor] = []
        for conv in self.convs:
            outs.append(torch.tanh(conv(x)))
        feats = torch.stack(outs, 0)
        pooled = feats.sum(0).mean(-1).mean(-1)
        z = self.fc(pooled)
        weights: List[Tensor] = []
        for fc in self.fcs:
            weights.append(fc(z).view(bs, c, 1, 1))
        attention_weights = self.softmax(torch.stack(weights, 0))
        return (attention_weights * feats).sum(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.attention = SKAttention(8, 4)
        self.head = nn.Linear(8, 5)

    def forward(self, images):
        x = self.attention(self.stem(images))
        return self.head(x.flatten(2).mean(-1))
