"""Relative positions of an axial attention are made for another scan

Source: https://github.com/jeya-maria-jose/Medical-Transformer/issues/77
Adapted: a kernel of 8 and a height of 6
Inputs: 2x4x6x5
Raises: forward: einsum(): subscript i has size 8 for operand 1 which does not broadcast with previously seen size 6
Codes: SHP715
Line: qr = torch.einsum("bgci,cij->bgij", q, q_embedding)
Line: self.hight_block = AxialAttention(4, 8, groups=2, kernel_size=8)
Op: aten::einsum
Module: hight_block
Fix: kernel_size=8 => kernel_size=6

The queries have six places, the table of positions eight.
"""

import torch
from torch import nn


class AxialAttention(nn.Module):
    def __init__(self, in_planes: int, out_planes: int, groups: int, kernel_size: int):
        super().__init__()
        self.groups = groups
        self.group_planes = out_planes // groups
        self.kernel_size = kernel_size
        self.qkv = nn.Conv1d(in_planes, out_planes * 2, 1, bias=False)
        self.relative = nn.Parameter(torch.randn(self.group_planes // 2, kernel_size * 2 - 1) * 0.3)
        query = torch.arange(kernel_size).unsqueeze(0)
        key = torch.arange(kernel_size).unsqueeze(1)
        self.register_buffer("flatten_index", (key - query + kernel_size - 1).view(-1))

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        n, w, c, h = x.shape
        x = x.reshape(n * w, c, h)
        qkv = self.qkv(x).reshape(n * w, self.groups, self.group_planes * 2, h)
        half = self.group_planes // 2
        q, k, v = torch.split(qkv, [half, half, self.group_planes], dim=2)
        table = torch.index_select(self.relative, 1, self.flatten_index)
        q_embedding = table.view(half, self.kernel_size, self.kernel_size)
        qr = torch.einsum("bgci,cij->bgij", q, q_embedding)
        qk = torch.einsum("bgci,bgcj->bgij", q, k)
        similarity = torch.softmax(qk + qr, dim=3)
        out = torch.einsum("bgij,bgcj->bgci", similarity, v)
        return out.reshape(n, w, -1, h).permute(0, 2, 3, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hight_block = AxialAttention(4, 8, groups=2, kernel_size=8)
        self.adjust = nn.Conv2d(8, 2, 1)

    def forward(self, scan):
        return self.adjust(self.hight_block(scan))
