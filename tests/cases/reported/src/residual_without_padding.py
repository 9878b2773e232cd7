"""A residual block adds its input to a convolution that takes its border away

Source: https://stats.stackexchange.com/questions/221312/how-does-the-identity-connection-in-resnets-work
Adapted: one convolution of kernel 5 without padding, on 12 positions rather than 32
Inputs: 2x4x12x12
Raises: forward: The size of tensor a (12) must match the size of tensor b (8)
Codes: SHP706
Line: return F.relu(x + self.body(x))
Op: aten::add
Twin: healthy
Benign: body.0.bias
Fix: nn.Conv2d(4, 4, 5) => nn.Conv2d(4, 4, 5, padding=2)

The convolution leaves four positions fewer, so that nothing stands beside the outermost ones of the input.
"""

import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(4, 4, 5), nn.BatchNorm2d(4))

    def forward(self, x):
        return F.relu(x + self.body(x))
