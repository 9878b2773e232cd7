"""Relevant frames are chosen by a comparison, and the network that scores them learns nothing

Source: https://github.com/wangtianrui/HGCN/issues/2
Adapted: a hard gate on frames
Inputs: 2x6x4
Spoils: none score.*
Codes: CUT103 ZER501
Line: gate = (torch.sigmoid(self.score(x)) > 0.5).float()
Op: aten::gt
Twin: healthy
Fix: gate = (torch.sigmoid(self.score(x)) > 0.5).float() => gate = torch.sigmoid(self.score(x))

A comparison has no derivative.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(4, 1)
        self.body = nn.Linear(4, 3)

    def forward(self, x):
        gate = (torch.sigmoid(self.score(x)) > 0.5).float()
        return self.body(x) * gate
