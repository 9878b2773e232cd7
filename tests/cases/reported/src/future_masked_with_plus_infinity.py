"""The future of a memory compressed attention is masked with minus minus infinity

Source: https://github.com/lucidrains/memory-compressed-attention/issues/2
Adapted: two heads, keys compressed by a factor of two
Inputs: 2x6x8
Spoils: nan norm.* attn.* ff.0.* ff.1.* ff.3.weight
Codes: NUM601
Line: mask_value = -float("-inf")
Line: dots = dots.masked_fill(mask, mask_value)
Line: attn = dots.softmax(dim=-1)
Op: aten::masked_fill aten::softmax
Module: attn
Fix: mask_value = -float("-inf") => mask_value = -1e9

The softmax of infinity is not a number.
"""

import torch
from torch import nn


class MemoryCompressedAttention(nn.Module):
    def __init__(self, dim: int, heads: int, ratio: int):
        super().__init__()
        self.heads, self.ratio = heads, ratio
        self.compress_fn = nn.Conv1d(dim, dim, ratio, stride=ratio, groups=heads)
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def split(self, t):
        return t.reshape(t.size(0), t.size(1), self.heads, -1).transpose(1, 2)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.to_qkv(x).chunk(3, dim=-1)
        k = self.compress_fn(k.transpose(1, 2)).transpose(1, 2)
        v = self.compress_fn(v.transpose(1, 2)).transpose(1, 2)
        null = torch.zeros(b, 1, d)
        q, k, v = self.split(q), self.split(torch.cat((null, k), dim=1)), self.split(torch.cat((null, v), dim=1))
        dots = torch.einsum("bhid,bhjd->bhij", q, k) * (d // self.heads) ** -0.5
        mask_value = -float("-inf")
        mask = torch.arange(t).unsqueeze(1) < torch.arange(k.size(2)).unsqueeze(0) * self.ratio
        dots = dots.masked_fill(mask, mask_value)
        attn = dots.softmax(dim=-1)
        out = torch.einsum("bhij,bhjd->bhid", attn, v)
        return self.to_out(out.transpose(1, 2).reshape(b, t, d))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.attn = MemoryCompressedAttention(8, 2, 2)
        self.ff = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))

    def forward(self, x):
        x = x + self.attn(self.norm(x))
        return x + self.ff(x)
