"""A layer norm over the channels is given an image with the channels first

Source: https://github.com/open-mmlab/mmsegmentation/issues/3809
Adapted: eight channels
Inputs: 2x3x6x6
Raises: forward: Given normalized_shape=[8], expected input with shape [*, 8]
Codes: SHP709 SHP716
Line: return self.head(self.norm(self.stem(x)))
Op: aten::layer_norm
Module: norm
Fix: self.norm = nn.LayerNorm(8) => self.norm = nn.GroupNorm(1, 8)

The last dimension is the width, six.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        return self.head(self.norm(self.stem(x)))
