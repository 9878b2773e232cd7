"""A convolutional emulator is frozen for speed before its gradients are asked for

Source: https://github.com/Cambridge-ICCS/FTorch/issues/81
Adapted: two blocks with normalisation
Export: freeze
Inputs: 2x3x6x6
Mode: eval
Raises: backward: does not require grad
Codes: PAR205
Op: prim::Constant aten::conv2d

The file holds the weights as constants of its code, folded with the normalisation.
"""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inside: int, outside: int):
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(outside)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(3, 4), Block(4, 4)])
        self.head = nn.Linear(4, 2)

    def forward(self, field):
        for block in self.blocks:
            field = block(field)
        return self.head(field.mean(dim=[2, 3]))
