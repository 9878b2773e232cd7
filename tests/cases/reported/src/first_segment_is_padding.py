"""A mask takes segment zero for padding, and there is no other

Source: https://github.com/FGA-DIKU/BONSAI/issues/168
Adapted: the mask is multiplied in
Inputs: 3x4x5
Spoils: zero segment.*
Codes: ZER507 ZER506
Line: h = self.body(x) + self.segment(x) * real.unsqueeze(-1)
Op: aten::mul
Fix: segments = torch.zeros(x.size(0), x.size(1)) => segments = torch.ones(x.size(0), x.size(1))

Every position is masked out.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 4)
        self.segment = nn.Linear(5, 4)

    def forward(self, x):
        segments = torch.zeros(x.size(0), x.size(1))
        real = (segments != 0).float()
        h = self.body(x) + self.segment(x) * real.unsqueeze(-1)
        return torch.tanh(h).mean(1)
