"""Pooled and convolved parts of an odd image are joined

Source: https://github.com/Res2Net/Res2Net-PretrainedModels/issues/19
Adapted: two parts, 9x9
Inputs: 2x4x9x9
Raises: forward: Sizes of tensors must match except in dimension 1
Codes: SHP705
Line: return self.mix(torch.cat((self.conv(a), self.pool(b)), 1))
Op: aten::cat
Fix: nn.AvgPool2d(2, stride=2) => nn.AvgPool2d(3, stride=2, padding=1)

The convolution pads and gives 5x5, the pool gives 4x4.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, stride=2, padding=1)
        self.pool = nn.AvgPool2d(2, stride=2)
        self.mix = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        return self.mix(torch.cat((self.conv(a), self.pool(b)), 1))
