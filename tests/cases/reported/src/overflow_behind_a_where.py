"""An exponential overflows in the branch that where does not take

Source: https://github.com/pytorch/pytorch/issues/156212
Adapted: the large value is made by the layer before
Inputs: [{"shape": [4, 3], "fill": "uniform"}]
Spoils: nan body.*
Codes: NUM603 NUM602
Line: limited = torch.where(h <= 10.0, torch.exp(h), torch.ones_like(h))
Op: aten::exp
Twin: healthy
Fix: torch.exp(h) => torch.exp(h.clamp(max=10.0))

Its infinity is not chosen, and zero times infinity comes back.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 2)
        self.out = nn.Linear(2, 1)
        with torch.no_grad():
            self.body.bias.copy_(torch.tensor([200.0, 0.0]))

    def forward(self, x):
        h = self.body(x)
        limited = torch.where(h <= 10.0, torch.exp(h), torch.ones_like(h))
        return self.out(limited)
