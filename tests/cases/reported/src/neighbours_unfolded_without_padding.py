"""Keys of a local attention are unfolded without padding, and viewed at every pixel

Source: https://github.com/leaderj1001/Stand-Alone-Self-Attention/issues/11
Adapted: two groups, 7x7 pixels, windows of three, a stem and a classifier
Inputs: 2x3x7x7
Raises: forward: is invalid for input of size
Codes: SHP704
Line: self.attention = AttentionConv(8, 8, 3, 0)
Line: x_out = F.pad(x, [self.padding, self.padding, self.padding, self.padding])
Line: k_out = k_out.contiguous().view(batch, self.groups, channels // self.groups, height, width, -1)
Op: aten::view aten::pad aten::unfold
Module: attention .
Twin: healthy
Fix: AttentionConv(8, 8, 3, 0) => AttentionConv(8, 8, 3, 1)

There are 25 windows and 49 pixels.
"""

import torch
import torch.nn.functional as F
from torch import nn


class AttentionConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, padding: int):
        super().__init__()
        self.kernel_size, self.padding, self.groups = kernel_size, padding, 2
        self.rel = nn.Parameter(torch.randn(out_channels, 1, 1, kernel_size, kernel_size))
        self.key_conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.query_conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.value_conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x):
        batch, _, height, width = x.shape
        x_out = F.pad(x, [self.padding, self.padding, self.padding, self.padding])
        q_out, k_out, v_out = self.query_conv(x), self.key_conv(x_out), self.value_conv(x_out)
        channels = q_out.size(1)
        k_out = k_out.unfold(2, self.kernel_size, 1).unfold(3, self.kernel_size, 1) + self.rel
        v_out = v_out.unfold(2, self.kernel_size, 1).unfold(3, self.kernel_size, 1)
        k_out = k_out.contiguous().view(batch, self.groups, channels // self.groups, height, width, -1)
        v_out = v_out.contiguous().view(batch, self.groups, channels // self.groups, height, width, -1)
        q_out = q_out.view(batch, self.groups, channels // self.groups, height, width, 1)
        out = F.softmax(q_out * k_out, dim=-1)
        return (out * v_out).sum(dim=-1).view(batch, -1, height, width)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.attention = AttentionConv(8, 8, 3, 0)
        self.fc = nn.Linear(8, 5)

    def forward(self, image):
        x = torch.relu(self.attention(F.relu(self.stem(image))))
        return self.fc(x.mean(dim=(2, 3)))
