"""Features made with numpy are doubles

Source: https://github.com/OUCMachineLearning/OUCML/issues/24
Adapted: a matrix product with weights of the usual type
Inputs: 6x2:float64
Raises: forward: to have the same dtype, but got: double != float
Codes: TYP801
Line: return torch.mm(x, self.w) + self.b
Op: aten::mm
Fix: torch.mm(x, self.w) => torch.mm(x.float(), self.w)

double times float.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(2, 1))
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return torch.mm(x, self.w) + self.b
