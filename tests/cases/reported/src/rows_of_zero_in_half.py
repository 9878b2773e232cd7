"""Half precision features are normalised, and one of them is all zero

Source: https://github.com/pytorch/pytorch/issues/32137
Adapted: the second view of a sample is a blank image; everything in half
Inputs: [{"shape": [3, 12], "dtype": "float16"}]
Loss: output
Spoils: nan *
Codes: NUM601
Line: return F.normalize(out, dim=-1)
Op: aten::div
Module: projector
Fix: return F.normalize(out, dim=-1) => return F.normalize(out, dim=-1, eps=1e-3)

The epsilon of 1e-12 is zero in half precision, and zero by zero is not a number.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Projector(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(12, 8, bias=False)
        self.fc2 = nn.Linear(8, 4, bias=False)

    def forward(self, x):
        out = self.fc2(F.relu(self.fc1(x)))
        return F.normalize(out, dim=-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.projector = Projector()
        self.half()

    def forward(self, images):
        keep = torch.ones(images.size(0), 1, dtype=images.dtype)
        keep[-1] = 0.0
        views = [images, images * keep]
        z = [self.projector(view) for view in views]
        return (2 - 2 * (z[0] * z[1].roll(1, 0)).sum(-1)).mean()
