"""Causal attention that masks the future with minus infinity

Source: Attention Is All You Need, https://arxiv.org/abs/1706.03762
Adapted: one head
Inputs: 2x5x6
Benign: qkv.bias

The infinities never leave the softmax: every row has at least one entry that is kept.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(6, 18)
        self.out = nn.Linear(6, 6)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1)
        scores = (q @ k.transpose(1, 2) / 6**0.5).masked_fill(future, float("-inf"))
        return self.out(torch.softmax(scores, dim=-1) @ v)
