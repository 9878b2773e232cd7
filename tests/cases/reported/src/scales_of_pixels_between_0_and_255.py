"""The invertible blocks of a rescaling network have an exponential without bounds, and are given raw pixels

Source: https://github.com/pkuxmq/Invertible-Image-Rescaling/issues/24
Adapted: the sigmoid that should bound the exponent is left out, and the pixels are raw; four blocks
Inputs: 2x4x8x8:int64[0,256)
Loss: output
Spoils: nan *
Codes: NUM601
Line: y2 = x2.mul(torch.exp(self.H(y1))) + self.G(y1)
Line: x = image.float()
Op: aten::exp
Module: blocks.0 blocks.1 blocks.2 blocks.3
Fix: x = image.float() => x = image.float() / 255.0

Each block scales by the exponential of what the last one returned, until it overflows.
"""

import torch
from torch import nn
from torch.nn import functional as F


def subnet(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(16, channels, 3, padding=1))


class InvBlockExp(nn.Module):
    def __init__(self, split: int):
        super().__init__()
        self.F = subnet(split)
        self.G = subnet(split)
        self.H = subnet(split)

    def forward(self, x):
        x1, x2 = x.chunk(2, dim=1)
        y1 = x1 + self.F(x2)
        y2 = x2.mul(torch.exp(self.H(y1))) + self.G(y1)
        return torch.cat([y1, y2], dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([InvBlockExp(2) for _ in range(4)])

    def forward(self, image):
        x = image.float()
        z = x
        for block in self.blocks:
            z = block(z)
        low, high = z.chunk(2, dim=1)
        return F.l1_loss(low, x[:, :2]) + 0.5 * high.pow(2).mean()
