"""Unscaled pixel values saturate a sigmoid, so that nothing before it learns

Source: https://github.com/pytorch/pytorch/issues/52879
Adapted: the report is a loss that does not decrease; here the cause is a saturated gate
Inputs: [{"shape": [4, 6], "fill": 255.0}]
Spoils: zero gate.*
Codes: ZER502
Line: return self.out(x / 255.0) * torch.sigmoid(self.gate(x))
Op: aten::sigmoid
Fix: torch.sigmoid(self.gate(x)) => torch.sigmoid(self.gate(x / 255.0))

At several hundred a sigmoid is one to the last bit, and its derivative zero.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(6, 3)
        self.out = nn.Linear(6, 3)
        nn.init.constant_(self.gate.weight, 0.5)

    def forward(self, x):
        return self.out(x / 255.0) * torch.sigmoid(self.gate(x))
