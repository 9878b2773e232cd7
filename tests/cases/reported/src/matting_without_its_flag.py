"""A matting network wants to be told whether it is only inferring, and is called with the image alone

Source: https://github.com/ZHKKKe/MODNet/issues/138
Adapted: two branches
Inputs: 1x3x8x8
Raises: forward: missing value for argument 'inference'
Codes: TYP804
Fix: inference: bool) => inference: bool = True)

The second argument has no default.
"""

import torch
from torch import nn


class HRBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.tohr = nn.Conv2d(3 + 4, 6, 3, padding=1)
        self.conv = nn.Conv2d(6, 1, 1)

    def forward(self, img, lr):
        return torch.sigmoid(self.conv(torch.relu(self.tohr(torch.cat([img, lr], dim=1)))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lr_branch = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
        self.hr_branch = HRBranch()
        self.semantic = nn.Conv2d(4, 1, 1)

    def forward(self, img, inference: bool):
        lr = self.lr_branch(img)
        pred_semantic = torch.sigmoid(self.semantic(lr))
        pred_matte = self.hr_branch(img, lr)
        if inference:
            return pred_matte, pred_semantic
        return pred_matte, pred_semantic * pred_matte
