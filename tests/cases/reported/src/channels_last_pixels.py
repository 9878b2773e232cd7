"""Images come with their channels last

Source: https://github.com/harshsinh/deepbilateral/issues/2
Adapted: a two-layer network
Inputs: 2x9x9x3
Raises: forward: to have 3 channels, but got 9 channels instead
Codes: SHP716 SHP702
Line: h = torch.relu(self.first(image))
Op: aten::conv2d
Module: first
Fix: self.first(image) => self.first(image.permute(0, 3, 1, 2))

(N, H, W, C) where (N, C, H, W) is taken.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.second = nn.Conv2d(4, 2, 3)

    def forward(self, image):
        h = torch.relu(self.first(image))
        return self.second(h)
