"""Learnt rotary frequencies come from a cache after the first batch

Source: https://github.com/openvpi/DiffSinger/pull/244
Adapted: one attention layer; the cache is a buffer
Inputs: 2x7x8
Spoils: none attention.rotary.freqs from call 2
Codes: CUT101
Line: self.cached_freqs = freqs.detach()
Line: if self.cached_freqs.size(0) >= length:
Line: return self.cached_freqs[:length]
Op: aten::detach prim::GetAttr prim::SetAttr
Module: attention.rotary
Fix: if self.cached_freqs.size(0) >= length: => if not self.training and self.cached_freqs.size(0) >= length:

The first call computes the angles from the parameter, every later one takes what was kept without a history.
"""

import torch
from torch import nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.freqs = nn.Parameter(1.0 / (100.0 ** (torch.arange(0, dim, 2).float() / dim)))
        self.register_buffer("cached_freqs", torch.zeros(0, dim))

    def forward(self, length: int):
        if self.cached_freqs.size(0) >= length:
            return self.cached_freqs[:length]
        position = torch.arange(length).to(self.freqs.dtype)
        freqs = torch.outer(position, self.freqs)
        freqs = torch.cat([freqs, freqs], dim=-1)
        self.cached_freqs = freqs.detach()
        return freqs


def rotate_half(x: torch.Tensor) -> torch.Tensor:
    left, right = x.chunk(2, dim=-1)
    return torch.cat([-right, left], dim=-1)


class Attention(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.rotary = RotaryEmbedding(dim)
        self.to_qk = nn.Linear(dim, 2 * dim, bias=False)
        self.to_v = nn.Linear(dim, dim, bias=False)

    def forward(self, x):
        angle = self.rotary(x.size(1))
        q, k = self.to_qk(x).chunk(2, dim=-1)
        q = q * angle.cos() + rotate_half(q) * angle.sin()
        k = k * angle.cos() + rotate_half(k) * angle.sin()
        weights = torch.softmax(q @ k.transpose(1, 2) / x.size(-1) ** 0.5, dim=-1)
        return x + weights @ self.to_v(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention(8)
        self.mel_out = nn.Linear(8, 5)

    def forward(self, frames):
        return self.mel_out(torch.tanh(self.attention(frames)))
