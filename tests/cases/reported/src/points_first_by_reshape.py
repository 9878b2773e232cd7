"""Tokens are brought first with view, and brought back with view

Source: https://github.com/rish-16/tokenlearner-pytorch/issues/1
Adapted: a GRU instead of an attention, which mixes along the sequence too
Inputs: 3x5x4
Spoils: wrong
Codes: SHP719
Line: y = y.view(5, 3, 4)
Op: aten::view
Twin: healthy
Fix: y = y.view(5, 3, 4) => y = y.transpose(0, 1)

The samples' tokens are shuffled among each other.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 4)
        self.rnn = nn.GRU(4, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        y = torch.tanh(self.embed(x))
        y = y.view(5, 3, 4)
        seen, _ = self.rnn(y)
        return self.out(seen[-1])
