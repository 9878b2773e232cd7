"""Queries, keys and values in one projection are cut into heads that the width does not divide into

Source: https://github.com/huggingface/transformers/issues/23081
Adapted: 30 features and 4 heads, the three of a token beside each other
Inputs: 2x5x30
Raises: forward: shape '[2, 5, 3, 4, 7]' is invalid for input of size 900
Codes: SHP704
Line: qkv = self.qkv(x).view(b, t, 3, self.heads, c // self.heads)
Op: aten::view
Twin: healthy
Fix: self.heads = 4 => self.heads = 5

The size of a head is rounded down, so that four of them are less than the 30 features that each of the three has.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = 4
        self.qkv = nn.Linear(30, 90)
        self.out = nn.Linear(30, 30)

    def forward(self, x):
        b, t, c = x.shape
        qkv = self.qkv(x).view(b, t, 3, self.heads, c // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(q @ k.transpose(-2, -1), dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, t, c))
