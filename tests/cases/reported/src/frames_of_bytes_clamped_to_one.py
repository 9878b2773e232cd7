"""A frame between two others is clamped to one, and the frames are in bytes

Source: https://github.com/MCG-NJU/EMA-VFI/issues/27
Adapted: without flow; frames of one colour, that go from 0 to 255
Inputs: [{"shape": [2, 3, 8, 8], "fill": 200}, {"shape": [2, 3, 8, 8], "fill": 90}]
Spoils: zero *
Codes: ZER502
Line: return torch.clamp(merged + res, 0, 1)
Op: aten::clamp
Module: .
Twin: healthy
Fix: torch.clamp(merged + res, 0, 1) => torch.clamp(merged + res, 0, 255)

Every pixel lies above the upper bound, where the clamp is flat.
"""

import torch
from torch import nn


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(9, 8, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.conv = nn.Conv2d(4, 3, 3, padding=1)

    def forward(self, img0, img1, merged):
        x = torch.cat([img0, img1, merged], dim=1) / 255
        return torch.sigmoid(self.conv(torch.relu(self.up(torch.relu(self.down(x))))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask_net = nn.Sequential(nn.Conv2d(6, 4, 3, padding=1), nn.GELU(), nn.Conv2d(4, 1, 1))
        self.unet = Unet()

    def merge(self, img0, img1):
        mask = torch.sigmoid(self.mask_net(torch.cat([img0, img1], dim=1) / 255))
        return img0 * mask + img1 * (1 - mask)

    def forward(self, img0, img1):
        merged = self.merge(img0, img1)
        res = self.unet(img0, img1, merged) * 2 - 1
        return torch.clamp(merged + res, 0, 1)
