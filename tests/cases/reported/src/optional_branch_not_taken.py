"""A program with a branch that raises, and is not taken

Source: https://docs.pytorch.org/docs/stable/jit_language_reference.html
Adapted: a shape check at the door
Inputs: 3x4x5

The check is right, and so is the input.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 6)

    def forward(self, x):
        if x.dim() != 3:
            raise ValueError("three dimensions, please")
        if x.size(1) == 1:
            x = x.squeeze(1).unsqueeze(1)
        h = self.body(x)
        assert h.size(-1) == 6
        return torch.tanh(h).mean(1)
