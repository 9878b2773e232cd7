"""The usual chain of convolution, batch norm and an in-place relu

Source: Deep Residual Learning for Image Recognition, https://arxiv.org/abs/1512.03385
Inputs: 2x3x6x6
Benign: first.0.bias first.3.bias

What the relu overwrites nobody has saved, and the sum is made anew.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 4, 3, padding=1),
            nn.BatchNorm2d(4),
        )
        self.short = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        out = self.first(x)
        out += self.short(x)
        return F.relu(out, inplace=True)
