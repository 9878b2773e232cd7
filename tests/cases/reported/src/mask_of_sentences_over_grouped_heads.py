"""Query heads are grouped in five dimensions, and the mask of the sentences still has four

Source: https://github.com/ml-explore/mlx-lm/pull/1903
Adapted: two sentences and two key heads, so that it does not raise; lengths make the mask
Inputs: [{"shape": [2, 5, 16]}, {"shape": [2], "dtype": "int64", "low": 2, "high": 5}]
Spoils: wrong
Codes: SHP707
Line: scores = scores.masked_fill(~mask, -1e4)
Line: return mask.unsqueeze(1)
Line: mask = padded_causal(lengths, x.size(1))
Op: aten::masked_fill aten::unsqueeze
Module: layers.0.attention .
Twin: healthy
Fix: scores.masked_fill(~mask, -1e4) => scores.masked_fill(~mask.unsqueeze(2), -1e4)

(B, 1, L, L) meets (B, heads, group, L, L): the mask of a sentence is laid over a head of all sentences.
"""

import torch
from torch import nn


def padded_causal(lengths: torch.Tensor, size: int) -> torch.Tensor:
    steps = torch.arange(size)
    causal = steps.unsqueeze(0) <= steps.unsqueeze(1)
    mask = causal.unsqueeze(0) & (steps.unsqueeze(0) < lengths.unsqueeze(1)).unsqueeze(1)
    return mask.unsqueeze(1)


class GroupedAttention(nn.Module):
    def __init__(self, dim: int, n_heads: int, n_kv_heads: int):
        super().__init__()
        self.n_kv_heads = n_kv_heads
        self.repeats = n_heads // n_kv_heads
        self.head_dim = dim // n_heads
        self.q_proj = nn.Linear(dim, dim, bias=False)
        self.k_proj = nn.Linear(dim, n_kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(dim, n_kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(dim, dim, bias=False)

    def forward(self, x, mask):
        B, L, D = x.shape
        q = self.q_proj(x).view(B, L, self.n_kv_heads, self.repeats, self.head_dim).permute(0, 2, 3, 1, 4)
        k = self.k_proj(x).view(B, L, self.n_kv_heads, 1, self.head_dim).permute(0, 2, 3, 1, 4)
        v = self.v_proj(x).view(B, L, self.n_kv_heads, 1, self.head_dim).permute(0, 2, 3, 1, 4)
        scores = torch.tanh(q @ k.transpose(-1, -2) / self.head_dim**0.5 / 30.0) * 30.0
        scores = scores.masked_fill(~mask, -1e4)
        out = torch.softmax(scores, dim=-1) @ v
        return self.o_proj(out.permute(0, 3, 1, 2, 4).reshape(B, L, D))


class Block(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attention = GroupedAttention(dim, 4, 2)

    def forward(self, x, mask):
        return x + self.attention(self.norm(x), mask)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Block(16), Block(16)])
        self.lm_head = nn.Linear(16, 11)

    def forward(self, x, lengths):
        mask = padded_causal(lengths, x.size(1))
        for layer in self.layers:
            x = layer(x, mask)
        return self.lm_head(x)
