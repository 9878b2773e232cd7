"""A logarithm is guarded by where, and not by its argument

Source: https://github.com/pytorch/pytorch/issues/108618
Adapted: log2 of a layer's output
Inputs: 5x4
Spoils: nan body.* from call 2
Codes: FMT901 NUM603 NUM602
Line: y = torch.where(h > 0, torch.log2(h), 2 * h)
Op: aten::log2
Fix: torch.log2(h) => torch.log2(torch.where(h > 0, h, torch.ones_like(h)))

The branch that is not taken is given zero times an infinite derivative. In the first call relu keeps the NaN out, from
the second on the optimising executor multiplies by a mask, and does not.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 3)
        self.out = nn.Linear(3, 2)

    def forward(self, x):
        h = torch.relu(self.body(x))
        y = torch.where(h > 0, torch.log2(h), 2 * h)
        return self.out(y)
