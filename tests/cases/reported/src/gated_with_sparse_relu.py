"""Most units of a wide layer are off, and for some sample each is on

Source: Deep Sparse Rectifier Neural Networks, https://proceedings.mlr.press/v15/glorot11a.html
Inputs: 32x4

Sparse is not dead.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 12)
        self.out = nn.Linear(12, 2)
        nn.init.constant_(self.body.bias, -0.3)

    def forward(self, x):
        return self.out(torch.relu(self.body(x)))
