"""Attention in shifted windows, with a mask of large negative numbers

Source: Swin Transformer: Hierarchical Vision Transformer using Shifted Windows, https://arxiv.org/abs/2103.14030
Adapted: 4x4 tokens, windows of two, one head; the mask is additive
Inputs: 1x4x4x6
Benign: qkv.bias

Two reshapes with permutes between them, and a roll: no axis is lost.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.qkv = nn.Linear(6, 18)
        self.bias = nn.Parameter(torch.randn(4, 4) * 0.1)
        self.out = nn.Linear(6, 6)
        region = torch.zeros(4, 4)
        region[2:3, :] += 1
        region[3:, :] += 2
        region[:, 2:3] += 3
        region[:, 3:] += 6
        windows = region.view(2, 2, 2, 2).permute(0, 2, 1, 3).reshape(4, 4)
        self.register_buffer("mask", (windows.unsqueeze(1) != windows.unsqueeze(2)).float() * -100.0)

    def forward(self, x):
        b = x.size(0)
        h = torch.roll(self.norm(x), [-1, -1], [1, 2])
        h = h.view(b, 2, 2, 2, 2, 6).permute(0, 1, 3, 2, 4, 5).reshape(b * 4, 4, 6)
        q, k, v = self.qkv(h).chunk(3, dim=-1)
        scores = q @ k.transpose(1, 2) / 6**0.5 + self.bias + self.mask.repeat(b, 1, 1)
        h = self.out(torch.softmax(scores, dim=-1) @ v)
        h = h.view(b, 2, 2, 2, 2, 6).permute(0, 1, 3, 2, 4, 5).reshape(b, 4, 4, 6)
        return x + torch.roll(h, [1, 1], [1, 2])
