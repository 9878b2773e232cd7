"""The gates of a recurrent cell are cut out of one product and squashed in place

Source: https://github.com/pytorch/pytorch/issues/36403
Adapted: a cell of six units, two layers
Inputs: 4x3x5
Raises: forward: is a view and is being modified inplace
Codes: IPL303
Line: i.sigmoid_()
Line: i, f, g, o = gates.chunk(4, 1)
Op: aten::sigmoid_ aten::chunk
Module: cells.0
Fix: gates.chunk(4, 1) => torch.unsafe_chunk(gates, 4, 1)

chunk gives four views at once, and none of them may be written to.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.hidden_size = hidden_size
        self.ih = nn.Linear(input_size, 4 * hidden_size)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size, bias=False)

    def forward(self, x, h, c):
        gates = self.ih(x) + self.hh(h)
        i, f, g, o = gates.chunk(4, 1)
        i.sigmoid_()
        f.sigmoid_()
        g.tanh_()
        o.sigmoid_()
        c = f * c + i * g
        return o * torch.tanh(c), c


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.ModuleList([LSTMCell(5, 6), LSTMCell(6, 6)])
        self.readout = nn.Linear(6, 2)

    def forward(self, x):
        for cell in self.cells:
            h = torch.zeros(x.size(1), cell.hidden_size)
            c = torch.zeros(x.size(1), cell.hidden_size)
            steps = []
            for t in range(x.size(0)):
                h, c = cell(x[t], h, c)
                steps.append(h)
            x = torch.stack(steps)
        return self.readout(x[-1])
