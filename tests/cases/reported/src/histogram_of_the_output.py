"""The loss compares the histogram of the output with that of the target

Source: https://github.com/albrateanu/LYT-Net/issues/16
Adapted: one convolution, eight bins, a target histogram as input
Inputs: 2x3x6x6; 8
Loss: output
Raises: backward: does not require grad
Codes: CUT103
Line: counts = torch.histc(y, bins=8, min=0.0, max=1.0)
Op: aten::histc
Fix: torch.histc(y, bins=8, min=0.0, max=1.0) => torch.exp(-((y.reshape(-1, 1) - torch.arange(8) / 7.0) * 8.0).square()).sum(0)

Counting how many numbers fall into a bin has no gradient.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enhance = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x, wanted):
        y = torch.sigmoid(self.enhance(x))
        counts = torch.histc(y, bins=8, min=0.0, max=1.0)
        return F.l1_loss(counts / counts.sum(), torch.softmax(wanted, dim=0))
