"""Distances inside a window look up their bias, and were counted in floats

Source: https://github.com/zhysora/PanFormer/issues/1
Adapted: one block on the multispectral image, windows of four
Inputs: 2x4x8x8
Loss: mean
Raises: forward: tensors used as indices must be long
Codes: TYP802
Line: dots = dots + self.pos_embedding[self.relative_indices[:, :, 0], self.relative_indices[:, :, 1]]
Line: coords = torch.linspace(0, window_size - 1, window_size)
Line: self.register_buffer("relative_indices", distances + window_size - 1)
Op: aten::index
Module: attention
Fix: coords = torch.linspace(0, window_size - 1, window_size) => coords = torch.arange(window_size)

`linspace` gives floats, also where all are whole.
"""

import torch
from torch import nn


class WindowAttention(nn.Module):
    def __init__(self, dim: int, heads: int, window_size: int):
        super().__init__()
        self.heads = heads
        self.window_size = window_size
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)
        coords = torch.linspace(0, window_size - 1, window_size)
        indices = torch.stack(torch.meshgrid(coords, coords, indexing="ij"), dim=-1).reshape(-1, 2)
        distances = indices[None, :, :] - indices[:, None, :]
        self.register_buffer("relative_indices", distances + window_size - 1)
        self.pos_embedding = nn.Parameter(torch.randn(2 * window_size - 1, 2 * window_size - 1) * 0.1)

    def forward(self, x):
        b, n_h, n_w, d = x.shape
        w = self.window_size
        qkv = self.to_qkv(x).view(b, n_h // w, w, n_w // w, w, 3, self.heads, d // self.heads)
        qkv = qkv.permute(5, 0, 6, 1, 3, 2, 4, 7).reshape(3, b, self.heads, -1, w * w, d // self.heads)
        dots = torch.matmul(qkv[0], qkv[1].transpose(-1, -2)) * (d // self.heads) ** -0.5
        dots = dots + self.pos_embedding[self.relative_indices[:, :, 0], self.relative_indices[:, :, 1]]
        out = torch.matmul(dots.softmax(dim=-1), qkv[2])
        out = out.view(b, self.heads, n_h // w, n_w // w, w, w, -1).permute(0, 2, 4, 3, 5, 1, 6)
        return self.to_out(out.reshape(b, n_h, n_w, d))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(4, 8, 1)
        self.attention = WindowAttention(8, 2, 4)
        self.tail = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, ms):
        x = self.embed(ms).permute(0, 2, 3, 1)
        x = x + self.attention(x)
        return self.tail(x.permute(0, 3, 1, 2))
