"""A shadow image is cut into windows whose size does not divide it

Source: https://github.com/GuoLanqing/ShadowFormer/issues/27
Adapted: one block without shift and mask; images of 10 and windows of 4
Inputs: 2x3x10x10
Loss: mean
Raises: forward: shape '[2, 2, 4, 2, 4, 8]' is invalid for input of size 1600
Codes: SHP704
Line: x = x.view(B, H // win_size, win_size, W // win_size, win_size, C)
Line: windows = window_partition(x, self.win_size)
Op: aten::view
Module: block .
Fix: win_size: int = 4 => win_size: int = 5

Ten is no multiple of four.
"""

import torch
from torch import nn


def window_partition(x: torch.Tensor, win_size: int) -> torch.Tensor:
    B, H, W, C = x.shape
    x = x.view(B, H // win_size, win_size, W // win_size, win_size, C)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, win_size * win_size, C)


def window_reverse(windows: torch.Tensor, win_size: int, H: int, W: int) -> torch.Tensor:
    B = windows.size(0) // ((H // win_size) * (W // win_size))
    x = windows.view(B, H // win_size, W // win_size, win_size, win_size, -1)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(B, H, W, -1)


class ShadowBlock(nn.Module):
    def __init__(self, dim: int, win_size: int = 4):
        super().__init__()
        self.win_size = win_size
        self.norm = nn.LayerNorm(dim)
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, dim)

    def forward(self, x):
        B, H, W, C = x.shape
        shortcut = x
        x = self.norm(x)
        windows = window_partition(x, self.win_size)
        attn = torch.softmax(self.q(windows) @ self.k(windows).transpose(1, 2) * C**-0.5, dim=-1)
        windows = attn @ self.v(windows)
        return shortcut + window_reverse(windows, self.win_size, H, W)


class Net(nn.Module):
    def __init__(self, embed_dim: int = 8):
        super().__init__()
        self.input_proj = nn.Conv2d(3, embed_dim, 3, padding=1)
        self.block = ShadowBlock(embed_dim)
        self.output_proj = nn.Conv2d(embed_dim, 3, 3, padding=1)

    def forward(self, x):
        y = self.input_proj(x).permute(0, 2, 3, 1).contiguous()
        y = self.block(y).permute(0, 3, 1, 2)
        return x + self.output_proj(y)
