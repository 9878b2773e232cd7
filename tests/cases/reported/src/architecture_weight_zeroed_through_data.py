"""After a mixed operation has run, one of its weights is set to zero through data

Source: https://github.com/automl/NASLib/pull/35
Adapted: three candidate operations; the weights are used as they are
Inputs: 4x6
Spoils: wrong cell.ops.1.* stem.*
Codes: IPL305
Line: self.alpha.data[self.discarded] = 0.0
Op: aten::copy_ aten::fill_ prim::data
Module: cell
Fix: self.alpha.data[self.discarded] = 0.0 => pass

The product kept the weight, and backward multiplies with the zero that was written behind autograd's back.
"""

import torch
from torch import nn


class MixedOp(nn.Module):
    def __init__(self):
        super().__init__()
        self.discarded = 1
        self.alpha = nn.Parameter(torch.full((3,), 0.4))
        self.ops = nn.ModuleList([nn.Linear(6, 6) for _ in range(3)])

    def forward(self, x):
        out = torch.zeros_like(x)
        for i, op in enumerate(self.ops):
            out = out + self.alpha[i] * torch.tanh(op(x))
        self.alpha.data[self.discarded] = 0.0
        return out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(6, 6)
        self.cell = MixedOp()
        self.classifier = nn.Linear(6, 3)

    def forward(self, x):
        return self.classifier(self.cell(torch.relu(self.stem(x)) + 0.1))
