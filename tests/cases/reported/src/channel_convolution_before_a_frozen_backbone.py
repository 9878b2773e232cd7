"""A backbone is frozen between a convolution in front of it and a probe behind it

Source: https://github.com/BINE022/EEGPT/issues/18
Adapted: two blocks, four electrodes
Inputs: 3x4x6

Gradients go through the frozen layers and reach the convolution in front.
"""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.qkv = nn.Linear(6, 18)
        self.proj = nn.Linear(6, 6)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
        return x + self.proj(torch.softmax(q @ k.transpose(1, 2) / 6**0.5, dim=-1) @ v)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.chan_conv = nn.Conv1d(4, 3, 1)
        self.target_encoder = nn.ModuleList([Block() for _ in range(2)])
        for blk in self.target_encoder:
            for p in blk.parameters():
                p.requires_grad = False
        self.linear_probe1 = nn.Linear(6, 4)
        self.linear_probe2 = nn.Linear(3 * 4, 2)

    def forward(self, x):
        x = self.chan_conv(x)
        for blk in self.target_encoder:
            x = blk(x)
        h = torch.tanh(self.linear_probe1(x))
        return self.linear_probe2(h.flatten(1))
