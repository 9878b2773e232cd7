"""A memory of normal features has keys and values that are plain tensors, and stay as they were drawn

Source: https://github.com/SimonThomine/RememberingNormality/issues/7
Adapted: one level of the student, its device left out
Inputs: 2x3x8x8
Spoils: wrong
Codes: PAR206
Line: self.keys = torch.randn(12, channel)
Line: self.values = torch.randn(12, channel)
Line: attention = torch.softmax(queries @ self.keys.t() / c**0.5, dim=-1)
Line: memory = attention @ self.values
Op: prim::GetAttr
Module: memory
Fix: self.keys = torch.randn(12, channel) => self.keys = nn.Parameter(torch.randn(12, channel))

Both are read as weights, and no optimiser has ever heard of them.
"""

import torch
from torch import nn


class NormalityRecallMemory(nn.Module):
    def __init__(self, channel: int):
        super().__init__()
        self.keys = torch.randn(12, channel)
        self.values = torch.randn(12, channel)
        self.fuse = nn.Conv2d(2 * channel, channel, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        queries = x.flatten(2).transpose(1, 2)
        attention = torch.softmax(queries @ self.keys.t() / c**0.5, dim=-1)
        memory = attention @ self.values
        memory = memory.transpose(1, 2).reshape(b, c, h, w)
        return self.fuse(torch.cat([x, memory], dim=1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6), nn.GELU())
        self.memory = NormalityRecallMemory(6)
        self.head = nn.Conv2d(6, 4, 3, padding=1)

    def forward(self, x):
        return self.head(self.memory(self.stem(x)))
