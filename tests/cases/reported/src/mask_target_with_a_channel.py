"""Class targets of a segmentation still have a channel dimension

Source: https://github.com/milesial/Pytorch-UNet/issues/93
Adapted: two classes, 5x5
Inputs: 2x3x5x5; 2x1x5x5:int64[0,2)
Loss: output
Raises: forward: only batches of spatial targets supported
Codes: SHP713
Line: return F.cross_entropy(self.out(torch.relu(self.body(x))), mask)
Op: aten::cross_entropy_loss
Twin: healthy
Fix: self.out(torch.relu(self.body(x))), mask) => self.out(torch.relu(self.body(x))), mask.squeeze(1))

cross_entropy takes (N, H, W).
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(3, 4, 3, padding=1)
        self.out = nn.Conv2d(4, 2, 1)

    def forward(self, x, mask):
        return F.cross_entropy(self.out(torch.relu(self.body(x))), mask)
