"""Attention with biases for queries, keys and values, and a relative position bias

Source: BEiT: BERT Pre-Training of Image Transformers, https://arxiv.org/abs/2106.08254
Adapted: the key has a bias too, which no softmax can see
Inputs: 2x5x8
Benign: blocks.0.attn.k_bias blocks.1.attn.k_bias

A bias of the keys adds the same to every score of a query: it is idle, and nothing is wrong.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int, window: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.q_bias = nn.Parameter(torch.randn(dim) * 0.1)
        self.k_bias = nn.Parameter(torch.zeros(dim))
        self.v_bias = nn.Parameter(torch.zeros(dim))
        self.table = nn.Parameter(torch.zeros(2 * window - 1, heads))
        index = torch.arange(window)
        self.register_buffer("index", index.unsqueeze(0) - index.unsqueeze(1) + window - 1)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        qkv = F.linear(x, self.qkv.weight, torch.cat([self.q_bias, self.k_bias, self.v_bias]))
        q, k, v = qkv.reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        attn = q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5
        attn = attn + self.table[self.index.view(-1)].view(n, n, -1).permute(2, 0, 1)
        return self.proj((attn.softmax(-1) @ v).transpose(1, 2).reshape(b, n, d))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.attn = Attention(8, 2, 5)
        self.gamma = nn.Parameter(0.1 * torch.ones(8))

    def forward(self, x):
        return x + self.gamma * self.attn(self.norm(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(), Block()])

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x
