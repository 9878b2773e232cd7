"""The encoder never learns: its result is detached before the head sees it."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(10, 5)

    def forward(self, x):
        h = self.proj(x).detach()
        return torch.relu(h)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.head = nn.Linear(5, 1)

    def forward(self, x):
        return self.head(self.encoder(x))
