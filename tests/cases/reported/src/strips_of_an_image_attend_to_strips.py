"""Strips of a feature map are cut batch first for an attention that takes the sequence first

Source: https://github.com/aipixel/AEMatter/issues/3
Adapted: strips by view and permute, two heads
Inputs: 2x3x16x16
Spoils: wrong
Codes: SHP716
Line: self.attentions = nn.ModuleList([nn.MultiheadAttention(dim // 2, 2) for _ in range(2)])
Line: rows, _ = self.attentions[0](rows, rows, rows)
Line: columns, _ = self.attentions[1](columns, columns, columns)
Op: aten::softmax aten::bmm aten::view aten::transpose aten::linear
Module: block.attentions.0 block.attentions.1
Twin: healthy
Fix: nn.MultiheadAttention(dim // 2, 2) => nn.MultiheadAttention(dim // 2, 2, batch_first=True)

The strips of all images are taken for the sequence, and the pixels of a strip for the batch.
"""

import torch
from torch import nn


class AEALBlock(nn.Module):
    def __init__(self, dim: int, width: int):
        super().__init__()
        self.width = width
        self.attentions = nn.ModuleList([nn.MultiheadAttention(dim // 2, 2) for _ in range(2)])
        self.fuse = nn.Conv2d(dim, dim, 1)

    def forward(self, src):
        b, c, h, w = src.shape
        half = c // 2
        n = self.width
        rows = src[:, :half].reshape(b, half, h // n, n, w).permute(0, 2, 3, 4, 1).reshape(-1, n * w, half)
        rows, _ = self.attentions[0](rows, rows, rows)
        rows = rows.reshape(b, h // n, n, w, half).permute(0, 4, 1, 2, 3).reshape(b, half, h, w)
        columns = src[:, half:].reshape(b, half, h, w // n, n).permute(0, 3, 2, 4, 1).reshape(-1, h * n, half)
        columns, _ = self.attentions[1](columns, columns, columns)
        columns = columns.reshape(b, w // n, h, n, half).permute(0, 4, 2, 1, 3).reshape(b, half, h, w)
        return src + self.fuse(torch.cat([rows, columns], dim=1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 4, stride=2, padding=1), nn.ELU())
        self.block = AEALBlock(8, 4)
        self.matte = nn.Conv2d(8, 1, 3, padding=1)

    def forward(self, image):
        return torch.sigmoid(self.matte(self.block(self.encoder(image))))
