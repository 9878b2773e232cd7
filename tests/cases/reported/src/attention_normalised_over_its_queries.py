"""A vision transformer takes the softmax of its attention over the queries, and averages its tokens

Source: https://github.com/nerminnuraydogan/vision-transformer/issues/1
Adapted: a single block whose tokens are averaged for the head
Export: trace 2x3x8x8
Inputs: 2x3x8x8
Spoils: tiny attention.query.* attention.key.*
Codes: ZER504
Line: weights = torch.softmax(scores, dim=-2)
Line: tokens = (tokens + self.attention(tokens)).mean(dim=1)
Op: aten::softmax
Module: attention
Benign: attention.key.bias
Fix: torch.softmax(scores, dim=-2) => torch.softmax(scores, dim=-1)

The weights of a key add up to one over the queries, so that the average is that of the values, whatever the scores.
"""

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        scores = self.query(x) @ self.key(x).transpose(-2, -1) / x.size(-1) ** 0.5
        weights = torch.softmax(scores, dim=-2)
        return self.out(weights @ self.value(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, 8, 4, stride=4)
        self.pos_embed = nn.Parameter(torch.randn(1, 4, 8) * 0.02)
        self.attention = SelfAttention(8)
        self.head = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 5))

    def forward(self, images):
        tokens = self.patch_embed(images).flatten(2).transpose(1, 2) + self.pos_embed
        tokens = (tokens + self.attention(tokens)).mean(dim=1)
        return self.head(tokens)
