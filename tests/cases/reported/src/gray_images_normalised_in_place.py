"""A learnt gray image is expanded to three channels and then normalised in place

Source: https://github.com/juliendenize/torchaug/issues/10
Adapted: the weights of the gray image are learnt; a small encoder behind the transforms
Inputs: 2x3x8x8
Raises: forward: more than one element of the written-to tensor refers to a single memory location
Codes: IPL304
Line: batch.sub_(self.mean).div_(self.std)
Line: return gray.expand(-1, 3, -1, -1)
Op: aten::sub_ aten::expand
Module: normalize gray
Twin: healthy
Fix: batch.sub_(self.mean).div_(self.std) => batch = batch.sub(self.mean).div(self.std)

The three channels are one and the same memory.
"""

import torch
from torch import nn


class RandomGrayScale(nn.Module):
    def __init__(self):
        super().__init__()
        self.luma = nn.Conv2d(3, 1, 1, bias=False)

    def forward(self, images):
        gray = self.luma(images)
        return gray.expand(-1, 3, -1, -1)


class Normalize(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.4, 0.5, 0.6]).view(3, 1, 1))
        self.register_buffer("std", torch.tensor([0.2, 0.3, 0.2]).view(3, 1, 1))

    def forward(self, batch):
        batch.sub_(self.mean).div_(self.std)
        return batch


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gray = RandomGrayScale()
        self.normalize = Normalize()
        self.encoder = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2), nn.GELU(), nn.Flatten(), nn.Linear(45, 4))

    def forward(self, images):
        return self.encoder(self.normalize(self.gray(images)))
