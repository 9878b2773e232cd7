"""The angle between two rotations that are equal

Source: https://github.com/banctilrobitaille/torch-vectorized/issues/7
Adapted: directions instead of eigenvalues
Inputs: 4x3
Loss: output
Spoils: nan *
Codes: NUM602
Line: angle = torch.acos(torch.clamp(cosine, -1.0, 1.0))
Op: aten::acos
Fix: torch.acos(torch.clamp(cosine, -1.0, 1.0)) => 1 - cosine

The clamp guards the value, not the derivative, which is infinite at one.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.turn = nn.Parameter(torch.tensor([1.0, 0.0, 0.0]))
        self.scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        aim = torch.tensor([1.0, 0.0, 0.0])
        cosine = (self.turn * aim).sum() * self.scale
        angle = torch.acos(torch.clamp(cosine, -1.0, 1.0))
        return (angle * x.abs()).mean()
