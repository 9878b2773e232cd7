"""A forward that updates a weight through .data, after it was used

Source: https://github.com/pytorch/examples/pull/779
Adapted: the update of the language model's training loop, inside the forward and between two uses
Inputs: 4x5
Spoils: wrong first.*
Codes: IPL305
Line: self.second.weight.data.mul_(0.5)
Op: prim::data aten::mul_
Fix: self.second.weight.data.mul_(0.5) => pass

The product saved the weight as it was; the write through .data goes unseen, and backward multiplies by the new one.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 6)
        self.second = nn.Linear(6, 2)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        out = self.second(h)
        self.second.weight.data.mul_(0.5)
        return out.pow(2)
