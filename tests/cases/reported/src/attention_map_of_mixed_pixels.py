"""An attention-augmented convolution reshapes what its heads return into a map, without moving the channels forward

Source: https://github.com/leaderj1001/Attention-Augmented-Conv2d/issues/21
Adapted: no relative positions
Export: trace 2x3x6x5
Inputs: 2x3x6x5
Spoils: wrong
Codes: SHP719
Line: attn_out = torch.reshape(attn_out, (batch, self.Nh, self.dv // self.Nh, height, width))
Op: aten::reshape
Module: augmented
Twin: healthy
Benign: augmented.attn_out.bias augmented.conv_out.bias
Fix: torch.reshape(attn_out, (batch, self.Nh, => torch.reshape(attn_out.permute(0, 1, 3, 2), (batch, self.Nh,

(batch, heads, pixels, width) is read as (batch, heads, width, height, width of the image).
"""

import torch
from torch import nn


class AugmentedConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, dk: int, dv: int, Nh: int):
        super().__init__()
        self.dk, self.dv, self.Nh = dk, dv, Nh
        self.conv_out = nn.Conv2d(in_channels, out_channels - dv, 3, padding=1)
        self.qkv_conv = nn.Conv2d(in_channels, 2 * dk + dv, 1)
        self.attn_out = nn.Conv2d(dv, dv, 1)

    def split_heads(self, x):
        batch, channels, height, width = x.size()
        return torch.reshape(x, (batch, self.Nh, channels // self.Nh, height * width))

    def forward(self, x):
        batch, _, height, width = x.size()
        q, k, v = torch.split(self.qkv_conv(x), [self.dk, self.dk, self.dv], dim=1)
        flat_q, flat_k, flat_v = self.split_heads(q), self.split_heads(k), self.split_heads(v)
        logits = torch.matmul(flat_q.transpose(2, 3), flat_k) * (self.dk // self.Nh) ** -0.5
        weights = torch.softmax(logits, dim=-1)
        attn_out = torch.matmul(weights, flat_v.transpose(2, 3))
        attn_out = torch.reshape(attn_out, (batch, self.Nh, self.dv // self.Nh, height, width))
        attn_out = torch.reshape(attn_out, (batch, self.dv, height, width))
        return torch.cat((self.conv_out(x), self.attn_out(attn_out)), dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.augmented = AugmentedConv(3, 12, 8, 4, 2)
        self.bn = nn.BatchNorm2d(12)
        self.down = nn.Conv2d(12, 8, 3, stride=2, padding=1)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = torch.relu(self.bn(self.augmented(x)))
        x = torch.relu(self.down(x))
        return self.fc(x.mean(dim=[2, 3]))
