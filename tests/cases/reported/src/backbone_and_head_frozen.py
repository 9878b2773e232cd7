"""Backbone and head are frozen, and nothing is left to train

Source: https://github.com/open-mmlab/mmdetection/issues/3667
Adapted: two linear layers
Inputs: 3x4
Raises: backward: does not require grad
Codes: PAR202
Fix: self.head = nn.Linear(5, 2).requires_grad_(False) => self.head = nn.Linear(5, 2)

backward has nothing to do.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(4, 5).requires_grad_(False)
        self.head = nn.Linear(5, 2).requires_grad_(False)

    def forward(self, x):
        return self.head(torch.relu(self.backbone(x)))
