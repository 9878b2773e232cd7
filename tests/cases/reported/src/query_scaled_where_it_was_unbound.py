"""The query of a window attention is scaled in place after it was unbound from its projection

Source: https://github.com/pytorch/pytorch/issues/36608
Adapted: in an attention over the tokens of a window
Inputs: 2x6x8
Raises: forward: This view is the output of a function that returns multiple views
Codes: IPL303
Line: q *= self.scale
Line: q, k, v = qkv.unbind(0)
Op: aten::mul_
Module: attn
Fix: q *= self.scale => q = q * self.scale

Views of one unbind may not be written to.
"""

import torch
from torch import nn


class WindowAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.scale = (dim // num_heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        q *= self.scale
        attn = (q @ k.transpose(-2, -1)).softmax(dim=-1)
        return self.proj((attn @ v).transpose(1, 2).reshape(B, N, C))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.attn = WindowAttention(8, 2)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = x + self.attn(self.norm(x))
        return self.head(x.mean(dim=1))
