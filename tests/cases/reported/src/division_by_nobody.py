"""A masked mean of a sample in which nothing is masked in

Source: https://github.com/allenai/allennlp/issues/890
Adapted: a mean instead of a softmax
Inputs: 2x3x4
Spoils: nan body.* out.weight
Codes: NUM601
Line: pooled = (h * mask).sum(1) / mask.sum(1)
Op: aten::div
Twin: healthy
Fix: mask.sum(1) => mask.sum(1).clamp(min=1.0)

The second sample has no token: zero divided by zero.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 5)
        self.out = nn.Linear(5, 2)

    def forward(self, x):
        mask = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]).unsqueeze(-1)
        h = torch.tanh(self.body(x))
        pooled = (h * mask).sum(1) / mask.sum(1)
        return self.out(pooled)
