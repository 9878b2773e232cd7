"""A long short-term memory with a detach in the middle of its sequence

Source: https://discuss.pytorch.org/t/implementing-truncated-backpropagation-through-time/15500
Adapted: the history is cut after three of six steps
Inputs: 2x6x4

Truncated in time: the cell has its later steps to learn from.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(4, 5)
        self.out = nn.Linear(5, 2)

    def forward(self, x):
        h, c = x.new_zeros(x.size(0), 5), x.new_zeros(x.size(0), 5)
        for t in range(x.size(1)):
            if t == 3:
                h, c = h.detach(), c.detach()
            h, c = self.cell(x[:, t], (h, c))
        return self.out(h)
