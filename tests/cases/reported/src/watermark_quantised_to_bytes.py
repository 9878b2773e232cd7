"""An encoded image is turned into whole pixel values before the decoder sees it

Source: https://github.com/ando-khachatryan/HiDDeN/issues/29
Adapted: a message of five bits; without the image loss
Inputs: 4x3x6x6; 4x5
Spoils: none encoder.*
Codes: CUT104
Line: pixels = (image.clamp(0, 1) * 255).to(torch.uint8)
Op: aten::to
Module: quantize
Fix: pixels = (image.clamp(0, 1) * 255).to(torch.uint8) => pixels = image.clamp(0, 1) * 255

Bytes have no gradient: the encoder learns nothing of what the decoder misses.
"""

import torch
from torch import nn


class Quantize(nn.Module):
    def forward(self, image):
        pixels = (image.clamp(0, 1) * 255).to(torch.uint8)
        return pixels.float() / 255


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3 + 5, 4, 3, padding=1)
        self.final = nn.Conv2d(4 + 3, 3, 1)

    def forward(self, image, message):
        expanded = message[:, :, None, None].expand(-1, -1, image.size(2), image.size(3))
        h = torch.tanh(self.conv(torch.cat([expanded, image], dim=1)))
        return torch.sigmoid(self.final(torch.cat([h, image], dim=1)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.quantize = Quantize()
        self.decoder = nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 5))

    def forward(self, image, message):
        return self.decoder(self.quantize(self.encoder(image, message)))
