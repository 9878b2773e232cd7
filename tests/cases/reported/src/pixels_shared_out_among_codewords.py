"""Pixels are shared out among codewords, and each codeword is shared out among the pixels instead

Source: https://github.com/zhanghang1989/PyTorch-Encoding/pull/115
Adapted: a small stem, four codewords
Inputs: 2x3x8x8
Spoils: wrong
Codes: SHP716
Line: weights = F.softmax(scaled_l2(x, self.codewords, self.scale), dim=1)
Op: aten::softmax
Module: encoding
Twin: healthy
Fix: self.scale), dim=1) => self.scale), dim=2)

(batch, pixels, codewords): the weights of a pixel have to add up over its codewords, which stand last.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def scaled_l2(x: Tensor, codewords: Tensor, scale: Tensor) -> Tensor:
    distance = (x.unsqueeze(2) - codewords).pow(2).sum(-1)
    return scale * distance


def aggregate(weights: Tensor, x: Tensor, codewords: Tensor) -> Tensor:
    residuals = x.unsqueeze(2) - codewords
    return (weights.unsqueeze(-1) * residuals).sum(1)


class Encoding(nn.Module):
    def __init__(self, channels: int, num_codes: int):
        super().__init__()
        self.codewords = nn.Parameter(torch.empty(num_codes, channels).uniform_(-0.5, 0.5))
        self.scale = nn.Parameter(torch.empty(num_codes).uniform_(-1, 0))

    def forward(self, x):
        x = x.flatten(2).transpose(1, 2)
        weights = F.softmax(scaled_l2(x, self.codewords, self.scale), dim=1)
        return aggregate(weights, x, self.codewords)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(6, 5, 1))
        self.encoding = Encoding(5, 4)
        self.fc = nn.Linear(20, 6)

    def forward(self, texture):
        code = self.encoding(self.stem(texture))
        return self.fc(F.normalize(code.flatten(1), dim=1))
