"""A learnable threshold decides by the sign of a difference

Source: https://github.com/Hiyuur/SR-TOD/issues/5
Adapted: one convolution before and one behind
Inputs: 2x3x6x6
Spoils: zero threshold
Codes: ZER501
Line: mask = (torch.sign(difference - self.threshold) + 1) * 0.5
Op: aten::sign
Twin: healthy
Fix: torch.sign(difference - self.threshold) => torch.tanh(difference - self.threshold)

The sign is flat on both sides of the threshold, which keeps what it was initialised to.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.restore = nn.Conv2d(3, 3, 3, padding=1)
        self.threshold = nn.Parameter(torch.tensor(0.1))
        self.head = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        restored = self.restore(x)
        difference = (restored - x).abs().mean(1, keepdim=True)
        mask = (torch.sign(difference - self.threshold) + 1) * 0.5
        return self.head(restored * mask)
