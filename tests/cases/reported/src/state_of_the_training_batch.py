"""A recurrent cell gets the hidden state of a larger batch

Source: https://github.com/PetrochukM/PyTorch-NLP/issues/62
Adapted: a GRU cell; the state is kept for four samples
Inputs: 3x5
Raises: forward: Input batch size 3 doesn't match hidden0 batch size 4
Codes: SHP711
Line: return self.out(self.cell(x, self.start))
Op: prim::RaiseException aten::gru_cell
Module: cell
Benign: cell.weight_hh
Fix: torch.zeros(4, 6) => torch.zeros(3, 6)

The state has one row for each sample of another batch.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(5, 6)
        self.out = nn.Linear(6, 2)
        self.register_buffer("start", torch.zeros(4, 6))

    def forward(self, x):
        return self.out(self.cell(x, self.start))
