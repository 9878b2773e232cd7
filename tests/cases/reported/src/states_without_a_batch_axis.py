"""States of a recurrent cell start without a batch, and are broadcast by the first step

Source: https://github.com/myscience/x-lstm/issues/4
Adapted: one scalar cell with exponential gates, and its stabiliser
Inputs: 3x5x6

(width,) meets (N, width) and is (N, width) from then on.
"""

import torch
from torch import nn


class SLSTM(nn.Module):
    def __init__(self, inp_dim: int, head_dim: int):
        super().__init__()
        self.head_dim = head_dim
        self.w = nn.Linear(inp_dim, 4 * head_dim)
        self.r = nn.Linear(head_dim, 4 * head_dim, bias=False)
        self.norm = nn.LayerNorm(head_dim)

    def init_hidden(self):
        zeros = torch.zeros(self.head_dim)
        return zeros, torch.ones(self.head_dim), zeros, zeros

    def forward(self, seq):
        c, n, h, m = self.init_hidden()
        outputs = []
        for x in seq.unbind(dim=1):
            i_t, f_t, o_t, z_t = (self.w(x) + self.r(h)).chunk(4, dim=-1)
            f_log = nn.functional.logsigmoid(f_t)
            m_t = torch.max(f_log + m, i_t)
            i_gate, f_gate = torch.exp(i_t - m_t), torch.exp(f_log + m - m_t)
            c = f_gate * c + i_gate * torch.tanh(z_t)
            n = f_gate * n + i_gate
            h = torch.sigmoid(o_t) * c / n
            m = m_t
            outputs.append(self.norm(h))
        return torch.stack(outputs, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(6, 8)
        self.cell = SLSTM(8, 10)
        self.head = nn.Linear(10, 4)

    def forward(self, series):
        return self.head(self.cell(torch.tanh(self.embed(series))))
