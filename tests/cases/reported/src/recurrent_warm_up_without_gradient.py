"""The first steps of a sequence run without gradient mode, and one layer is used only there

Source: https://github.com/Lightning-AI/pytorch-lightning/issues/19517
Adapted: a layer that is called first under no_grad only, instead of twice
Inputs: 3x6x4
Spoils: none warm.*
Codes: CUT102
Line: with torch.no_grad():
Op: prim::Enter
Fix: with torch.no_grad(): => if True:

What the warm-up computes goes into the state, without its history.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.warm = nn.Linear(4, 5)
        self.cell = nn.RNNCell(4, 5)
        self.out = nn.Linear(5, 2)

    def forward(self, x):
        state = torch.zeros(x.size(0), 5)
        for t in range(x.size(1)):
            if t < 2:
                with torch.no_grad():
                    state = state + torch.tanh(self.warm(x[:, t]))
            else:
                state = self.cell(x[:, t], state)
        return self.out(state)
