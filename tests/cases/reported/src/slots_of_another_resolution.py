"""Tokens are given back the height and width of another image size

Source: https://github.com/wbw520/scouter/issues/10
Adapted: a stride that was changed, and a height and width that were not
Inputs: 2x3x24x24
Raises: forward: shape '[2, 12, 64]' is invalid for input of size 864
Codes: SHP704
Line: tokens = h.view(h.size(0), 12, 64).transpose(1, 2)
Op: aten::view
Twin: healthy
Fix: 12, 64) => 12, -1)

The patches of an image of 24 are 6 by 6, and the view was written for 8 by 8.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 12, 4, stride=4)
        self.norm = nn.LayerNorm(12)
        self.head = nn.Linear(12, 4)

    def forward(self, x):
        h = self.patches(x)
        tokens = h.view(h.size(0), 12, 64).transpose(1, 2)
        return self.head(self.norm(tokens))
