"""Each head is computed in a loop, and all are viewed into one width

Source: https://github.com/hackiey/QAnet-pytorch/issues/2
Adapted: two heads of width 3
Inputs: 2x5x6
Spoils: wrong
Codes: SHP719
Line: x = heads.view(batch_size, l, -1)
Line: heads = torch.stack(heads_list, dim=0)
Op: aten::view aten::stack
Module: attention
Twin: healthy
Benign: attention.key.0.bias attention.key.1.bias
Fix: heads.view(batch_size, l, -1) => heads.permute(1, 2, 0, 3).contiguous().view(batch_size, l, -1)

(heads, batch, words, width) is read as if the batch came first.
"""

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, dim: int, n_heads: int):
        super().__init__()
        self.width = dim // n_heads
        self.query = nn.ModuleList([nn.Linear(dim, self.width) for _ in range(n_heads)])
        self.key = nn.ModuleList([nn.Linear(dim, self.width) for _ in range(n_heads)])
        self.value = nn.ModuleList([nn.Linear(dim, self.width) for _ in range(n_heads)])
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        batch_size, l, _ = x.size()
        heads_list = []
        for query, key, value in zip(self.query, self.key, self.value):
            scores = torch.bmm(query(x), key(x).transpose(1, 2)) / self.width**0.5
            heads_list.append(torch.bmm(torch.softmax(scores, dim=2), value(x)))
        heads = torch.stack(heads_list, dim=0)
        x = heads.view(batch_size, l, -1)
        return self.out(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.attention = SelfAttention(6, 2)
        self.pointer = nn.Linear(6, 1)

    def forward(self, x):
        x = x + self.attention(self.norm(x))
        return torch.tanh(self.pointer(x))
