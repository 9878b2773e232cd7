"""An attention row that may look at nothing

Source: https://github.com/jadore801120/attention-is-all-you-need-pytorch/issues/5
Adapted: one head; the last sample has length zero
Inputs: 2x3x4
Spoils: nan v.*
Codes: NUM601
Line: weights = torch.softmax(scores.masked_fill(padded, float("-inf")), dim=-1)
Op: aten::softmax
Twin: healthy
Fix: lengths = torch.tensor([3, 0]) => lengths = torch.tensor([3, 1])
Benign: q.bias k.bias

The softmax of nothing but minus infinity is 0/0.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(4, 4)
        self.k = nn.Linear(4, 4)
        self.v = nn.Linear(4, 4)

    def forward(self, x):
        lengths = torch.tensor([3, 0])
        padded = (torch.arange(x.size(1)) >= lengths.unsqueeze(1)).unsqueeze(1)
        scores = self.q(x) @ self.k(x).transpose(1, 2)
        weights = torch.softmax(scores.masked_fill(padded, float("-inf")), dim=-1)
        return weights @ self.v(x)
