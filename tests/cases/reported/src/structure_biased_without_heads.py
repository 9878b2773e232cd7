"""Attention is biased by the structure of a document, with one matrix for each relation and none for each head

Source: https://github.com/BenfengXu/SSAN/issues/31
Adapted: three relations between five mentions, two heads
Inputs: [{"shape": [2, 5, 8]}, {"shape": [2, 3, 5, 5], "fill": "uniform"}]
Raises: forward: einsum(): the number of subscripts in the equation (3) does not match the number of dimensions (2) for operand 1
Codes: SHP715
Line: self.bili = nn.Parameter(0.2 * torch.randn(num_structures, self.head_dim, self.head_dim))
Line: bias = torch.einsum("bnip,npq,bnjq->bnij", q, self.bili[i], k)
Op: aten::einsum
Module: attention
Fix: torch.randn(num_structures, self.head_dim => torch.randn(num_structures, heads, self.head_dim

One relation's matrix is (p, q), and the equation asks for (heads, p, q).
"""

import torch
from torch import nn


class StructuredAttention(nn.Module):
    def __init__(self, dim: int, heads: int, num_structures: int):
        super().__init__()
        self.heads = heads
        self.num_structures = num_structures
        self.head_dim = dim // heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim)
        self.bili = nn.Parameter(0.2 * torch.randn(num_structures, self.head_dim, self.head_dim))

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, self.head_dim).transpose(1, 2)

    def forward(self, x, structure):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = q @ k.transpose(-1, -2) * self.head_dim**-0.5
        for i in range(self.num_structures):
            bias = torch.einsum("bnip,npq,bnjq->bnij", q, self.bili[i], k)
            scores = scores + bias * structure[:, i].unsqueeze(1)
        return (scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = StructuredAttention(8, 2, 3)
        self.norm = nn.LayerNorm(8)
        self.relation = nn.Bilinear(8, 8, 4)

    def forward(self, mentions, structure):
        x = self.norm(mentions + self.attention(mentions, structure))
        return self.relation(x[:, 0], x[:, 1])
