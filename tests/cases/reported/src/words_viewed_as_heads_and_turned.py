"""Heads are viewed behind the words and turned in front of them, and a mask gets an axis that it broadcasts over

Source: https://github.com/harvardnlp/annotated-transformer/issues/17
Adapted: one layer over six words
Inputs: 3x6:int64[0,20); 3:int64[0,4)
Loss: output
Benign: attn.linears.1.bias

The order asked for in the report would mix words and heads; this one does not.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class MultiHeadedAttention(nn.Module):
    def __init__(self, h: int, d_model: int):
        super().__init__()
        self.d_k = d_model // h
        self.h = h
        self.linears = nn.ModuleList([nn.Linear(d_model, d_model) for _ in range(4)])

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), -1, self.h, self.d_k).transpose(1, 2)

    def forward(self, query, key, value, mask):
        mask = mask.unsqueeze(1)
        query, key, value = self.linears[0](query), self.linears[1](key), self.linears[2](value)
        query, key, value = self.heads(query), self.heads(key), self.heads(value)
        scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(self.d_k)
        scores = scores.masked_fill(mask == 0, -1e9)
        x = torch.matmul(scores.softmax(dim=-1), value)
        x = x.transpose(1, 2).contiguous().view(x.size(0), -1, self.h * self.d_k)
        return self.linears[3](x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 12)
        self.attn = MultiHeadedAttention(3, 12)
        self.norm = nn.LayerNorm(12)
        self.generator = nn.Linear(12, 4)

    def forward(self, src, label):
        src_mask = (src != 0).unsqueeze(-2)
        x = self.embed(src)
        x = self.norm(x + self.attn(x, x, x, src_mask))
        return F.cross_entropy(self.generator(x.mean(dim=1)), label)
