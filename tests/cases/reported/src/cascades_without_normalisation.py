"""Twelve convolutions of a reconstruction follow each other without normalisation, with weights drawn too wide

Source: https://github.com/hellopipu/PromptMR-plus/issues/7
Adapted: one plain cascade of small convolutions
Inputs: 2x2x8x8
Spoils: huge *
Codes: NUM604
Line: nn.init.normal_(m.weight)
Line: x = self.act(conv(x))
Op: aten::conv2d aten::_convolution
Module: . convs.0 convs.1 convs.2 convs.3 convs.4 convs.5 convs.6 convs.7 convs.8 convs.9 convs.10 convs.11 head
Fix: nn.init.normal_(m.weight) => nn.init.kaiming_normal_(m.weight)

Each layer makes what it is given nearly ten times as large.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(
            [nn.Conv2d(2 if i == 0 else 16, 16, 3, padding=1, bias=False) for i in range(12)]
        )
        self.act = nn.LeakyReLU(0.2)
        self.head = nn.Conv2d(16, 2, 3, padding=1, bias=False)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.normal_(m.weight)

    def forward(self, kspace):
        x = kspace
        for conv in self.convs:
            x = self.act(conv(x))
        return self.head(x)
