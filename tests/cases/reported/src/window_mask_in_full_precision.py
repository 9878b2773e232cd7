"""A shifted-window encoder in half precision builds its mask in full precision

Source: https://github.com/huggingface/transformers/issues/47743
Adapted: the mask of one window row; bfloat16
Inputs: 2x8x6:bfloat16
Raises: forward: expected scalar type Float but found BFloat16
Codes: TYP801
Line: img_mask = torch.zeros(1, length, length, dtype=torch.float32)
Line: attention_scores = attention_scores + attention_mask
Line: context = torch.matmul(attention_probs, value)
Op: aten::zeros aten::add aten::matmul
Module: encoder encoder.attention
Benign: encoder.attention.key.bias
Fix: dtype=torch.float32) => dtype=hidden.dtype)

The sum is float32, and so is what follows; the values are bfloat16.
"""

import math

import torch
from torch import nn


class WindowAttention(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)

    def forward(self, hidden, attention_mask):
        query, key, value = self.query(hidden), self.key(hidden), self.value(hidden)
        attention_scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.size(-1))
        attention_scores = attention_scores + attention_mask
        attention_probs = torch.softmax(attention_scores, dim=-1)
        context = torch.matmul(attention_probs, value)
        return context


class Layer(nn.Module):
    def __init__(self, dim: int, window: int):
        super().__init__()
        self.window = window
        self.norm = nn.LayerNorm(dim)
        self.attention = WindowAttention(dim)

    def get_attn_mask(self, hidden):
        length = hidden.size(1)
        img_mask = torch.zeros(1, length, length, dtype=torch.float32)
        img_mask[:, : self.window, self.window :] = -100.0
        img_mask[:, self.window :, : self.window] = -100.0
        return img_mask

    def forward(self, hidden):
        return hidden + self.attention(self.norm(hidden), self.get_attn_mask(hidden))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Layer(6, 4)
        self.classifier = nn.Linear(6, 3)
        self.to(torch.bfloat16)

    def forward(self, pixels):
        return self.classifier(self.encoder(pixels)).float()
