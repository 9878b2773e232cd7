"""An expression is joined to the features of a face, which are still a map

Source: https://github.com/mapooon/Face2Diffusion/issues/3
Adapted: a small encoder, a mapping to two word embeddings
Inputs: 3x3x12x12; 3x4
Raises: forward: Tensors must have same number of dimensions: got 4 and 2
Codes: SHP705 SHP703
Line: x = torch.cat([x, exp], -1)
Line: return self.layers(face)
Op: aten::cat
Module: mapper . encoder
Fix: torch.cat([x, exp], -1) => torch.cat([x.mean(dim=(2, 3)), exp], -1)

The mapping expects eight features for each face and not a map of them.
"""

import torch
from torch import nn


class FaceEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2), nn.PReLU(), nn.Conv2d(6, 8, 3, stride=2), nn.PReLU())

    def forward(self, face):
        return self.layers(face)


class Mapper(nn.Module):
    def __init__(self, num_words: int, word_dim: int):
        super().__init__()
        self.num_words = num_words
        self.hidden = nn.Linear(12, 16)
        self.act = nn.LeakyReLU()
        self.out = nn.Linear(16, num_words * word_dim)

    def forward(self, x, exp):
        x = torch.cat([x, exp], -1)
        x = self.out(self.act(self.hidden(x)))
        return x.unflatten(1, (self.num_words, -1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = FaceEncoder()
        self.mapper = Mapper(2, 6)
        self.norm = nn.LayerNorm(6)

    def forward(self, face, exp):
        return self.norm(self.mapper(self.encoder(face), exp))
