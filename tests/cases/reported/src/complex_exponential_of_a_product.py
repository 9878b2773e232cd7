"""Waves are the complex exponential of a product with real weights, and their energy is returned

Source: https://github.com/pytorch/pytorch/issues/65480
Adapted: on a CPU with torch 2.13 the graph of the second run is not lost but gives another gradient
Inputs: 8x6; 8x6
Loss: mean
Spoils: wrong W from call 2
Codes: FMT901
Line: waves = torch.exp(torch.mm(torch.complex(x, y), self.W.cfloat()))
Op: aten::exp aten::mm
Fix: torch.exp(torch.mm(torch.complex(x, y), self.W.cfloat())) => torch.polar(torch.exp(x @ self.W), y @ self.W)

From its second run on the executor differentiates by formulas of its own, in which nothing is conjugated.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.randn(6, 4) / 4)
        self.out = nn.Linear(4, 3)

    def forward(self, x, y):
        waves = torch.exp(torch.mm(torch.complex(x, y), self.W.cfloat()))
        energy = torch.view_as_real(waves).sum(-1)
        return self.out(torch.tanh(energy))
