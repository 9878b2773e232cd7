"""The borders of an attention map are polished to zero

Source: https://github.com/AggMan96/RK-Net/issues/9
Adapted: a smaller key-point block
Inputs: 2x4x6x6
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: att[:, :, :, 0] = 0
Line: att[:, :, :, -1] = 0
Line: att[:, :, 0, :] = 0
Line: att[:, :, -1, :] = 0
Op: aten::copy_ aten::fill_
Module: usam
Fix: att = self.relu2(att) => att = self.relu2(att).clone()

A rectifier keeps its output for backward, and here that output is written to.
"""

import torch
from torch import nn


class USAM(nn.Module):
    def __init__(self, polish: bool = True):
        super().__init__()
        self.polish = polish
        self.conv1 = nn.Conv2d(1, 1, 3, padding=1, bias=False)
        self.relu1 = nn.ReLU()
        self.relu2 = nn.ReLU()

    def forward(self, x):
        x_sum = torch.sum(x, dim=1, keepdim=True)
        att = self.relu1(self.conv1(x_sum)) + 0.1
        att = self.relu2(att)
        if self.polish:
            att[:, :, :, 0] = 0
            att[:, :, :, -1] = 0
            att[:, :, 0, :] = 0
            att[:, :, -1, :] = 0
        return x + att * x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(4, 5, 1)
        self.usam = USAM()
        self.classifier = nn.Linear(5, 3)

    def forward(self, x):
        x = self.usam(torch.tanh(self.stem(x)))
        return self.classifier(x.mean(dim=[2, 3]))
