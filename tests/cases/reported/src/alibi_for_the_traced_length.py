"""An attention bias is computed from the length as a number, and tracing keeps the number

Source: https://github.com/huggingface/transformers/pull/25164
Adapted: the report's bias, one layer
Export: trace 2x6:int64[0,16)
Inputs: 2x9:int64[0,16)
Raises: forward: The size of tensor a (9) must match the size of tensor b (6) at non-singleton dimension 3
Codes: SHP712
Line: attention_scores = attention_scores + build_alibi(self.n_heads, int(key_length))
Line: alibi = torch.arange(1 - sequence_length, 1).view(1, 1, 1, sequence_length)
Line: key_length = hidden.shape[1]
Op: aten::add prim::Constant aten::arange aten::view
Module: attn
Benign: attn.k.bias

The trace was made with six tokens.
"""

import torch
from torch import nn


def build_alibi(num_heads: int, sequence_length: int):
    alibi = torch.arange(1 - sequence_length, 1).view(1, 1, 1, sequence_length)
    slopes = 1.0 / torch.pow(2, torch.arange(1, num_heads + 1)).view(1, num_heads, 1, 1)
    return alibi * slopes


class MptAttention(nn.Module):
    def __init__(self, dim: int, n_heads: int):
        super().__init__()
        self.n_heads = n_heads
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, dim)

    def split(self, x):
        return x.reshape(x.size(0), x.size(1), self.n_heads, -1).transpose(1, 2)

    def forward(self, hidden):
        query, key, value = self.split(self.q(hidden)), self.split(self.k(hidden)), self.split(self.v(hidden))
        attention_scores = torch.matmul(query, key.transpose(-1, -2)) * 0.5
        key_length = hidden.shape[1]
        attention_scores = attention_scores + build_alibi(self.n_heads, int(key_length))
        context = torch.matmul(torch.softmax(attention_scores, dim=-1), value)
        return context.transpose(1, 2).flatten(2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(16, 8)
        self.attn = MptAttention(8, 2)
        self.lm_head = nn.Linear(8, 16)

    def forward(self, ids):
        hidden = self.wte(ids)
        return self.lm_head(hidden + self.attn(hidden))
