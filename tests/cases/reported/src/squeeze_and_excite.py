"""Channels are weighted by what they hold on average

Source: Squeeze-and-Excitation Networks, https://arxiv.org/abs/1709.01507
Inputs: 2x6x5x5

(2, 6, 1, 1) is broadcast over the image on purpose.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(6, 6, 3, padding=1)
        self.squeeze = nn.Linear(6, 3)
        self.excite = nn.Linear(3, 6)

    def forward(self, x):
        h = self.conv(x)
        s = h.mean((2, 3))
        s = torch.sigmoid(self.excite(torch.tanh(self.squeeze(s))))
        return h * s[:, :, None, None]
