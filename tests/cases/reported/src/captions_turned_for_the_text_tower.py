"""A text tower turns captions for its attention, which has length in front, and turns them back

Source: https://github.com/mlfoundations/open_clip/issues/1037
Adapted: one residual block, one head of classes for the contrast
Inputs: 3x6:int64[0,30)

NLD becomes LND and NLD again: each caption attends to itself.
"""

import torch
from torch import nn


class ResidualAttentionBlock(nn.Module):
    def __init__(self, d_model: int, n_head: int):
        super().__init__()
        self.ln_1 = nn.LayerNorm(d_model)
        self.attn = nn.MultiheadAttention(d_model, n_head)
        self.ln_2 = nn.LayerNorm(d_model)
        self.mlp = nn.Sequential(nn.Linear(d_model, 16), nn.GELU(), nn.Linear(16, d_model))

    def forward(self, x):
        y = self.ln_1(x)
        attended, _ = self.attn(y, y, y)
        x = x + attended
        return x + self.mlp(self.ln_2(x))


class Net(nn.Module):
    def __init__(self, width: int = 8, context_length: int = 6):
        super().__init__()
        self.token_embedding = nn.Embedding(30, width)
        self.positional_embedding = nn.Parameter(torch.randn(context_length, width) * 0.1)
        self.resblock = ResidualAttentionBlock(width, 2)
        self.text_projection = nn.Parameter(torch.randn(width, 5) * width**-0.5)

    def forward(self, text):
        x = self.token_embedding(text) + self.positional_embedding
        x = x.permute(1, 0, 2)
        x = self.resblock(x)
        x = x.permute(1, 0, 2)
        return x[:, -1] @ self.text_projection
