"""Channel attention multiplies its input by the filters of a cosine transform, which are a buffer

Source: https://github.com/cfzd/FcaNet/issues/29
Adapted: seven pixels by seven, four frequencies; the fixed one of its three ways to initialise
Export: trace 2x3x14x14
Inputs: 2x3x14x14
Loss: mean

The filters of the transform are meant to stay what they are.
"""

import math

import torch
from torch import nn


def build_filter(pos: int, freq: int, size: int) -> float:
    result = math.cos(math.pi * freq * (pos + 0.5) / size) / math.sqrt(size)
    return result if freq == 0 else result * math.sqrt(2)


class MultiSpectralDCTLayer(nn.Module):
    def __init__(self, size: int, channel: int):
        super().__init__()
        weight = torch.zeros(channel, size, size)
        for i, (u, v) in enumerate([(0, 0), (0, 1), (1, 0), (2, 1)]):
            for x in range(size):
                for y in range(size):
                    c = channel // 4
                    weight[i * c : (i + 1) * c, x, y] = build_filter(x, u, size) * build_filter(y, v, size)
        self.register_buffer("weight", weight)

    def forward(self, x):
        return torch.sum(x * self.weight, dim=[2, 3])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.SiLU())
        self.dct_layer = MultiSpectralDCTLayer(7, 8)
        self.fc = nn.Sequential(nn.Linear(8, 4, bias=False), nn.SiLU(), nn.Linear(4, 8, bias=False), nn.Sigmoid())
        self.classify = nn.Linear(8, 5)

    def forward(self, image):
        x = self.stem(image)
        y = self.fc(self.dct_layer(x))[:, :, None, None]
        return self.classify((x * y).mean(dim=[2, 3])).pow(2)
