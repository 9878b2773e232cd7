"""A hand-written recurrent layer gives time first, and the next one takes the batch first

Source: https://github.com/exe1023/LSTM_LN/issues/1
Adapted: a minimal gated cell, states made for the batch
Inputs: 3x5x4
Raises: forward: The size of tensor a (5) must match the size of tensor b (3) at non-singleton dimension 0
Codes: SHP716 SHP706
Line: preact = self.i2h(x) + self.h2h(h)
Line: return torch.stack(steps)
Line: x = layer(x, torch.zeros(inputs.size(0), 6))
Op: aten::add aten::stack
Module: layers.1.cell layers.0
Fix: return torch.stack(steps) => return torch.stack(steps, dim=1)

What the first layer stacks is (time, batch, width).
"""

import torch
from torch import nn


class Cell(nn.Module):
    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.i2h = nn.Linear(input_size, 2 * hidden_size)
        self.h2h = nn.Linear(hidden_size, 2 * hidden_size, bias=False)
        self.norm = nn.LayerNorm(2 * hidden_size)

    def forward(self, x, h):
        preact = self.i2h(x) + self.h2h(h)
        gate, new = self.norm(preact).chunk(2, dim=-1)
        gate = torch.sigmoid(gate)
        return gate * h + (1.0 - gate) * torch.tanh(new)


class Layer(nn.Module):
    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.cell = Cell(input_size, hidden_size)

    def forward(self, x, h):
        steps = []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            steps.append(h)
        return torch.stack(steps)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Layer(4, 6), Layer(6, 6)])
        self.head = nn.Linear(6, 2)

    def forward(self, inputs):
        x = inputs
        for layer in self.layers:
            x = layer(x, torch.zeros(inputs.size(0), 6))
        return self.head(x).mean(dim=1)
