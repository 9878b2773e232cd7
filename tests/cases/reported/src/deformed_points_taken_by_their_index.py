"""Offsets of a deformable attention are used as an index into the sequence

Source: https://github.com/LeapLabTHU/DAT/issues/39
Adapted: on a sequence; the points are taken where they fall, instead of between
Inputs: 2x6x8
Spoils: none attention.offset.*
Codes: CUT104 CUT103
Line: sampled = self.nearest(x, points)
Line: index = points.clamp(0.0, x.size(1) - 1.0).long()
Op: aten::to aten::gather
Module: attention
Twin: healthy
Fix: sampled = self.nearest(x, points) => sampled = self.between(x, points)

An index is a whole number, and a whole number has no slope.
"""

import torch
from torch import nn


class DeformableAttention(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, dim)
        self.offset = nn.Sequential(nn.Linear(dim, dim), nn.Tanh(), nn.Linear(dim, 1))

    def take(self, x, index):
        return x.gather(1, index.unsqueeze(-1).expand(-1, -1, x.size(2)))

    def nearest(self, x, points):
        index = points.clamp(0.0, x.size(1) - 1.0).long()
        return self.take(x, index)

    def between(self, x, points):
        below = points.detach().floor().clamp(0.0, x.size(1) - 2.0)
        part = (points - below).unsqueeze(-1)
        lower = self.take(x, below.to(torch.int64))
        upper = self.take(x, below.to(torch.int64) + 1)
        return lower * (1.0 - part) + upper * part

    def forward(self, x):
        q = self.q(x)
        reference = torch.arange(x.size(1), dtype=x.dtype).unsqueeze(0)
        points = reference + 2.0 * self.offset(q).squeeze(-1)
        sampled = self.nearest(x, points)
        scores = torch.softmax(q @ self.k(sampled).transpose(1, 2) / x.size(2) ** 0.5, dim=-1)
        return scores @ self.v(sampled)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8)
        self.attention = DeformableAttention(8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.embed(x)
        x = x + self.attention(self.norm(x))
        return self.head(x.mean(dim=1))
