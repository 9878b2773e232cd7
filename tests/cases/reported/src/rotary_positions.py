"""Rotary position embeddings: pairs of features are turned by fixed angles

Source: RoFormer: Enhanced Transformer with Rotary Position Embedding, https://arxiv.org/abs/2104.09864
Inputs: 2x5x8

The angles are a buffer, and meant to be none of the parameters.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8, bias=False)
        self.k = nn.Linear(8, 8, bias=False)
        self.v = nn.Linear(8, 8, bias=False)
        self.register_buffer("frequency", 1.0 / (10.0 ** (torch.arange(0, 8, 2) / 8)))

    def turned(self, x: torch.Tensor) -> torch.Tensor:
        angle = torch.arange(x.size(1)).unsqueeze(1) * self.frequency
        even, odd = x[..., 0::2], x[..., 1::2]
        both = [even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos()]
        return torch.stack(both, dim=-1).flatten(-2)

    def forward(self, x):
        q, k = self.turned(self.q(x)), self.turned(self.k(x))
        return torch.softmax(q @ k.transpose(1, 2) / 8**0.5, dim=-1) @ self.v(x)
