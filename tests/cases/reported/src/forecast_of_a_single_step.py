"""A forecaster that squeezes its output is asked for a single step

Source: https://github.com/jsboige/CoursIA/pull/926
Adapted: the output is squeezed and the target keeps its column, the other way round than there
Inputs: 5x8x3; 5x1
Loss: output
Spoils: wrong
Codes: SHP720 SHP707
Line: pred = self.head(h.unsqueeze(1).expand(-1, self.pred_len, -1) + self.step).squeeze()
Line: return (pred - target).pow(2).mean()
Op: aten::squeeze aten::sub
Module: .
Twin: healthy
Fix: self.step).squeeze() => self.step).squeeze(-1)

(5, 1, 1) becomes (5,), and against (5, 1) that is (5, 5).
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pred_len = 1
        self.mix = nn.Linear(3, 6)
        self.time = nn.Linear(8, 1)
        self.step = nn.Parameter(torch.randn(1, 6) * 0.1)
        self.head = nn.Sequential(nn.Linear(6, 6), nn.GELU(), nn.Linear(6, 1, bias=False))

    def forward(self, window, target):
        h = torch.tanh(self.mix(window))
        h = self.time(h.transpose(1, 2)).squeeze(-1)
        pred = self.head(h.unsqueeze(1).expand(-1, self.pred_len, -1) + self.step).squeeze()
        return (pred - target).pow(2).mean()
