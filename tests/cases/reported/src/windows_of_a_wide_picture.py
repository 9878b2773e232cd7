"""Windows of a picture that is wider than high are cut with its height twice

Source: https://github.com/roboflow/rf-detr/issues/148
Adapted: two windows in each direction, five channels
Inputs: 2x3x12x20
Raises: forward: shape '[2, 2, 3, 2, 3, -1]' is invalid for input of size 600
Codes: SHP704
Line: x = x.view(b, self.num_windows, h_win, self.num_windows, h_win, -1)
Op: aten::view
Module: embeddings
Twin: healthy
Fix: self.num_windows, h_win, -1) => self.num_windows, w_win, -1)

Six rows and ten columns of patches; only for a square are the two the same.
"""

import torch
from torch import nn


class WindowedEmbeddings(nn.Module):
    def __init__(self, dim: int, num_windows: int):
        super().__init__()
        self.num_windows = num_windows
        self.patch = nn.Conv2d(3, dim, 2, stride=2)

    def forward(self, pixels):
        x = self.patch(pixels).permute(0, 2, 3, 1)
        b, h, w, c = x.shape
        h_win = h // self.num_windows
        w_win = w // self.num_windows
        x = x.contiguous()
        x = x.view(b, self.num_windows, h_win, self.num_windows, h_win, -1)
        x = x.permute(0, 1, 3, 2, 4, 5)
        return x.reshape(b * self.num_windows * self.num_windows, h_win * w_win, c)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = WindowedEmbeddings(dim=5, num_windows=2)
        self.qkv = nn.Linear(5, 15)
        self.norm = nn.LayerNorm(5)
        self.head = nn.Linear(5, 4)

    def forward(self, pixels):
        tokens = self.embeddings(pixels)
        q, k, v = self.qkv(self.norm(tokens)).chunk(3, dim=-1)
        attn = torch.softmax(q @ k.transpose(1, 2) / 2.2, dim=-1)
        tokens = tokens + attn @ v
        return self.head(tokens).sigmoid()
