"""A joint distribution is clamped in place on an expanded marginal

Source: https://github.com/xu-ji/IIC/issues/116
Adapted: the clamp is written as an in-place clamp_
Inputs: 6x5; 6x5
Loss: output
Raises: forward: more than one element of the written-to tensor refers to a single memory location
Codes: IPL304
Line: rows.clamp_(min=1e-6)
Op: aten::clamp_
Twin: healthy
Fix: rows.clamp_(min=1e-6) => rows = rows.clamp(min=1e-6)

All rows of an expanded tensor are one and the same memory.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(5, 4)

    def forward(self, x, y):
        a, b = torch.softmax(self.head(x), 1), torch.softmax(self.head(y), 1)
        joint = (a.unsqueeze(2) * b.unsqueeze(1)).mean(0).clamp(min=1e-6)
        rows = joint.sum(1, keepdim=True).expand(4, 4)
        rows.clamp_(min=1e-6)
        columns = joint.sum(0, keepdim=True)
        return -(joint * (joint.log() - rows.log() - columns.log())).sum()
