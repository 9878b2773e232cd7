"""What the heads found is viewed as words without moving the heads behind them

Source: https://github.com/meta-pytorch/opacus/pull/825
Adapted: two layers of self-attention, no mask
Inputs: 2x6:int64[0,18)
Spoils: wrong
Codes: SHP719
Line: attn_output = torch.bmm(weights, v).view(bsz, tgt_len, self.embed_dim)
Op: aten::view
Module: layers.0.attn layers.1.attn
Benign: layers.0.attn.klinear.bias layers.1.attn.klinear.bias
Twin: healthy
Fix: torch.bmm(weights, v).view(bsz, tgt_len, self.embed_dim) => torch.bmm(weights, v).view(bsz, self.num_heads, tgt_len, -1).transpose(1, 2).reshape(bsz, tgt_len, self.embed_dim)

(batch x heads, words, head size) holds all words of one head before the next head begins.
"""

import torch
from torch import nn


class DPMultiheadAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int):
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.qlinear = nn.Linear(embed_dim, embed_dim)
        self.klinear = nn.Linear(embed_dim, embed_dim)
        self.vlinear = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def fold(self, x):
        tgt_len, bsz = x.size(0), x.size(1)
        return x.contiguous().view(tgt_len, bsz * self.num_heads, self.head_dim).transpose(0, 1)

    def forward(self, query):
        x = query.transpose(0, 1)
        tgt_len, bsz = x.size(0), x.size(1)
        q = self.fold(self.qlinear(x) * self.head_dim**-0.5)
        k = self.fold(self.klinear(x))
        v = self.fold(self.vlinear(x))
        weights = torch.softmax(torch.bmm(q, k.transpose(1, 2)), dim=-1)
        attn_output = torch.bmm(weights, v).view(bsz, tgt_len, self.embed_dim)
        return self.out_proj(attn_output)


class Layer(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.attn = DPMultiheadAttention(dim, 2)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        return self.norm(x + self.attn(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(18, 8)
        self.layers = nn.ModuleList([Layer(8), Layer(8)])
        self.tagger = nn.Linear(8, 4)

    def forward(self, tokens):
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.tagger(x)
