"""Linear attention projects its keys to fewer, and the mask is still one for every key

Source: https://github.com/kuixu/Linear-Multihead-Attention/issues/3
Adapted: one causal mask
Inputs: 2x8x6
Raises: forward: The size of tensor a (8) must match the size of tensor b (4) at non-singleton dimension 2
Codes: SHP706
Line: weights = weights.masked_fill(attn_mask, -1e4)
Line: self.attention = LinearMultiheadAttention(6, seq_len=8, proj_k=4)
Op: aten::masked_fill
Module: attention
Fix: weights.masked_fill(attn_mask, -1e4) => weights.masked_fill(attn_mask[:, :, ::2], -1e4)

Eight keys have become four.
"""

import torch
from torch import nn


class LinearMultiheadAttention(nn.Module):
    def __init__(self, dim: int, seq_len: int, proj_k: int):
        super().__init__()
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, dim)
        self.proj = nn.Parameter(torch.randn(proj_k, seq_len) * 0.3)

    def forward(self, x, attn_mask):
        key, value = torch.matmul(self.proj, self.k(x)), torch.matmul(self.proj, self.v(x))
        weights = torch.bmm(self.q(x), key.transpose(1, 2)) / 6**0.5
        weights = weights.masked_fill(attn_mask, -1e4)
        return torch.bmm(torch.softmax(weights, dim=-1), value)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = LinearMultiheadAttention(6, seq_len=8, proj_k=4)
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        mask = torch.triu(torch.ones(1, 8, 8), diagonal=2) > 0
        return self.out(x + self.attention(x, mask))
