"""Truncated backpropagation: the state of the last batch goes on, without its history

Source: https://github.com/MorvanZhou/PyTorch-Tutorial/issues/57
Adapted: an LSTM; the state is a buffer
Inputs: 3x4x5

Detaching what goes from step to step is what keeps the second step out of the first one's graph.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(5, 6)
        self.out = nn.Linear(6, 2)
        self.register_buffer("h", torch.zeros(3, 6))
        self.register_buffer("c", torch.zeros(3, 6))

    def forward(self, x):
        h, c = self.h, self.c
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], (h, c))
        self.h = h.detach()
        self.c = c.detach()
        return self.out(h)
