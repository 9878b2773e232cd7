"""Heads are split off with view, before the tokens were moved

Source: https://github.com/reczoo/FuxiCTR/issues/30
Adapted: queries, keys and values of one linear layer each
Inputs: 2x6x8
Spoils: wrong
Codes: SHP719
Line: query = self.q(x).view(b * 2, -1, 4)
Line: key = self.k(x).view(b * 2, -1, 4)
Line: value = self.v(x).view(b * 2, -1, 4)
Op: aten::view
Fix: query = self.q(x).view(b * 2, -1, 4) => query = self.q(x).view(b, -1, 2, 4).transpose(1, 2).reshape(b * 2, -1, 4)
Benign: k.bias

Each head is given half of the tokens with all features, and not all tokens with half of the features.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8)
        self.k = nn.Linear(8, 8)
        self.v = nn.Linear(8, 8)

    def forward(self, x):
        b = x.size(0)
        query = self.q(x).view(b * 2, -1, 4)
        key = self.k(x).view(b * 2, -1, 4)
        value = self.v(x).view(b * 2, -1, 4)
        weights = torch.softmax(query @ key.transpose(1, 2) / 2.0, dim=-1)
        return (weights @ value).view(b, -1, 8)
