"""Nothing is wrong here."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(10, 5)
        self.head = nn.Linear(5, 1)

    def forward(self, x):
        h = torch.relu(self.body(x))
        return self.head(h)
