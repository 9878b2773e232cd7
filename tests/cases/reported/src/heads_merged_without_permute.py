"""Attention heads are merged by a reshape that forgets to bring the tokens forward

Source: https://github.com/jsbaan/transformer-from-scratch/pull/6
Adapted: two heads of width 4
Inputs: 2x5x8
Spoils: wrong
Codes: SHP719
Line: merged = values.reshape(b, n, self.heads * self.width)
Op: aten::reshape
Twin: healthy
Fix: values.reshape(b, n, self.heads * self.width) => values.transpose(1, 2).reshape(b, n, self.heads * self.width)

The values are (batch, heads, tokens, width). Read in that order, pieces of several tokens end in one.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads, self.width = 2, 4
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = self.qkv(x).reshape(b, n, self.heads, 3 * self.width).permute(0, 2, 1, 3).chunk(3, dim=-1)
        weights = torch.softmax(q @ k.transpose(-2, -1) / 2.0, dim=-1)
        values = weights @ v
        merged = values.reshape(b, n, self.heads * self.width)
        return self.out(merged)
