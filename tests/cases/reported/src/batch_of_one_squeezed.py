"""Alignments are squeezed, and a batch of one loses its dimension

Source: https://github.com/NVIDIA/tacotron2/pull/303
Adapted: a bare squeeze on the energies
Inputs: 1x5x4
Raises: forward: Dimension out of range (expected to be in range of [-1, 0], but got 1)
Codes: SHP720
Line: energies = self.v(torch.tanh(self.memory(x))).squeeze()
Line: weights = torch.softmax(energies, dim=1)
Op: aten::squeeze aten::softmax
Twin: healthy
Fix: .squeeze() => .squeeze(-1)
Benign: v.bias

(1, 5, 1) becomes (5,), where (1, 5) was meant.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory = nn.Linear(4, 6)
        self.v = nn.Linear(6, 1)
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        energies = self.v(torch.tanh(self.memory(x))).squeeze()
        weights = torch.softmax(energies, dim=1)
        return self.out(torch.bmm(weights.unsqueeze(1), x).squeeze(1))
