"""A decoder attends to a history that it fills step by step, and that attention has kept

Source: https://github.com/Seanny123/da-rnn/issues/14
Adapted: one recurrent cell, five steps
Inputs: 3x5x4
Raises: backward: has been modified by an inplace operation
Codes: IPL301
Line: history[:, t] += hidden
Op: aten::add_ aten::copy_
Fix: weights.unsqueeze(1), history) => weights.unsqueeze(1), history.clone())

What is read at one step is needed again in backward, and the next line has changed it.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.start = nn.Linear(4, 6)
        self.cell = nn.GRUCell(4 + 6, 6)
        self.attn_layer = nn.Linear(6, 5)
        self.fc_final = nn.Linear(6 + 6, 1)

    def forward(self, input_data):
        steps = input_data.size(1)
        hidden = torch.tanh(self.start(input_data[:, 0]))
        history = hidden.unsqueeze(1).repeat(1, steps, 1)
        context = torch.zeros_like(hidden)
        for t in range(steps):
            weights = torch.softmax(self.attn_layer(hidden), dim=-1)
            context = torch.bmm(weights.unsqueeze(1), history).squeeze(1)
            hidden = self.cell(torch.cat([input_data[:, t], context], dim=1), hidden)
            history[:, t] += hidden
        return self.fc_final(torch.cat([hidden, context], dim=1))
