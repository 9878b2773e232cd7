"""Points are projected to whole pixels, and back to numbers for the loss

Source: https://github.com/chenhsuanlin/3D-point-cloud-generation/issues/4
Adapted: only the two coordinates of the mask
Inputs: 4x6; 4x5x2
Loss: output
Raises: backward: does not require grad
Codes: CUT104
Line: pixels = self.points(x).view(-1, 5, 2).mul(16).to(torch.int32).to(torch.float32)
Op: aten::to
Fix: .to(torch.int32).to(torch.float32) =>

A whole number has no gradient, and turning it back into a floating one does not bring it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.points = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 10))

    def forward(self, x, target):
        pixels = self.points(x).view(-1, 5, 2).mul(16).to(torch.int32).to(torch.float32)
        return F.l1_loss(pixels / 16, target)
