"""The gates of a cell by hand are squashed in place, and come out of an unsafe chunk

Source: https://github.com/pytorch/pytorch/pull/39299
Adapted: one cell over five steps, a classifier behind it
Inputs: 3x5x4

What an unsafe chunk returns may be written to, as long as nobody writes to what it was cut from.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, inside: int, hidden: int):
        super().__init__()
        self.ih = nn.Linear(inside, 4 * hidden)
        self.hh = nn.Linear(hidden, 4 * hidden, bias=False)

    def forward(self, x, h, c):
        gates = self.ih(x) + self.hh(h)
        parts = torch.unsafe_chunk(gates, 4, dim=1)
        enter, forget, out = parts[0].sigmoid_(), parts[1].sigmoid_(), parts[3].sigmoid_()
        c = forget * c + enter * parts[2].tanh_()
        return out * torch.tanh(c), c


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = 6
        self.cell = LSTMCell(4, 6)
        self.fc = nn.Linear(6, 3)

    def forward(self, sequence):
        h = sequence.new_zeros(sequence.size(0), self.hidden)
        c = torch.zeros_like(h)
        for t in range(sequence.size(1)):
            h, c = self.cell(sequence[:, t], h, c)
        return self.fc(h)
