"""Heads that were folded into the batch are unfolded in the other order

Source: https://github.com/gazelle93/Transformer-Various-Positional-Encoding/issues/1
Adapted: plain scaled attention
Inputs: 3x5x8
Spoils: wrong
Benign: attention.k.bias
Codes: SHP719 SHP716
Line: output = output.view(self.num_heads, batch_size, -1, self.head_dim)
Line: output = self.reshape_to_concat(batch_size, output)
Line: return tensor.contiguous().view(batch_size, -1, self.num_heads * self.head_dim)
Op: aten::view
Module: attention
Twin: healthy
Fix: output.view(self.num_heads, batch_size, -1, self.head_dim) => output.view(batch_size, self.num_heads, -1, self.head_dim)

The batch varies slowest, and is read as the heads.
"""

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, dim)
        self.fc = nn.Linear(dim, dim)

    def reshape_from_concat(self, tensor):
        b, t, _ = tensor.size()
        tensor = tensor.view(b, t, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        return tensor.reshape(b * self.num_heads, t, self.head_dim)

    def reshape_to_concat(self, batch_size: int, tensor):
        tensor = tensor.permute(0, 2, 1, 3)
        return tensor.contiguous().view(batch_size, -1, self.num_heads * self.head_dim)

    def forward(self, x):
        batch_size = x.size(0)
        query = self.reshape_from_concat(self.q(x))
        key = self.reshape_from_concat(self.k(x))
        value = self.reshape_from_concat(self.v(x))
        score = torch.softmax(torch.bmm(query, key.transpose(1, 2)) / self.head_dim**0.5, dim=-1)
        output = torch.bmm(score, value)
        output = output.view(self.num_heads, batch_size, -1, self.head_dim)
        output = self.reshape_to_concat(batch_size, output)
        return self.fc(output)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = MultiHeadAttention(8, 2)
        self.classify = nn.Linear(8, 3)

    def forward(self, x):
        return self.classify(torch.tanh(self.attention(x)).mean(dim=1))
