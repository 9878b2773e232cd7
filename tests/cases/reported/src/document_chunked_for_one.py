"""A document encoder is traced with one document, and chunks by that number ever after

Source: https://github.com/pytorch/pytorch/issues/62756
Adapted: chunks without overlap; the sizes become numbers through int()
Export: trace 1x12:int64[0,9)
Inputs: 4x12:int64[0,9)
Raises: forward: shape '[1, 3, 4, 6]' is invalid for input of size 288
Codes: SHP712
Line: bsz, seq_len = int(hidden.size(0)), int(hidden.size(1))
Line: chunks = hidden.reshape(bsz, seq_len // self.window, self.window, 6)
Op: aten::reshape
Module: attention
Twin: healthy
Fix: int(hidden.size(0)), int(hidden.size(1)) => hidden.size(0), hidden.size(1)

int() of a traced size is recorded as a constant.
"""

import torch
from torch import nn


class ChunkedAttention(nn.Module):
    def __init__(self, window: int):
        super().__init__()
        self.window = window
        self.query = nn.Linear(6, 6)
        self.value = nn.Linear(6, 6)

    def forward(self, hidden):
        bsz, seq_len = int(hidden.size(0)), int(hidden.size(1))
        chunks = hidden.reshape(bsz, seq_len // self.window, self.window, 6)
        probs = torch.softmax(self.query(chunks) @ chunks.transpose(-1, -2), dim=-1)
        return (probs @ self.value(chunks)).reshape(bsz, seq_len, 6)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(9, 6)
        self.attention = ChunkedAttention(4)
        self.norm = nn.LayerNorm(6)
        self.classifier = nn.Linear(6, 3)

    def forward(self, input_ids):
        hidden = self.embed(input_ids)
        hidden = self.norm(hidden + self.attention(hidden))
        return self.classifier(hidden.mean(dim=1))
