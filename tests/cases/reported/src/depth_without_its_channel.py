"""A predicted depth map has a channel dimension, and its target has none

Source: https://github.com/jiwei0921/CoNet/issues/3
Adapted: 6x6 maps
Inputs: 4x3x6x6; 4x6x6
Loss: output
Spoils: wrong
Codes: SHP707 SHP713
Line: return F.smooth_l1_loss(self.decode(x), depth)
Op: aten::smooth_l1_loss
Twin: healthy
Fix: F.smooth_l1_loss(self.decode(x), depth) => F.smooth_l1_loss(self.decode(x), depth.unsqueeze(1))

(4, 1, 6, 6) against (4, 6, 6): each image is compared with the depth of every one.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.decode = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 1))

    def forward(self, x, depth):
        return F.smooth_l1_loss(self.decode(x), depth)
