"""The language gate of a segmentation backbone starts with both its layers zero

Source: https://github.com/yz93/LAVT-RIS/issues/25
Adapted: one stage, words pooled by attention, a smooth rectifier in the gate
Export: trace 2x4x6; 2x5x4
Inputs: 2x4x6; 2x5x4
Spoils: zero fusion.* res_gate.*
Codes: ZER506
Line: nn.init.zeros_(self.res_gate[0].weight)
Line: nn.init.zeros_(self.res_gate[2].weight)
Line: x = x + self.res_gate(x_residual) * x_residual
Op: aten::linear aten::mul
Module: res_gate.2 res_gate.0 res_gate .
Benign: fusion.f_key.bias
Fix: nn.init.zeros_(self.res_gate[0].weight) => nn.init.xavier_uniform_(self.res_gate[0].weight)

Each layer of the gate is multiplied by the other's zeros, and what is gated by them never arrives.
"""

import torch
from torch import nn


class PWAM(nn.Module):
    def __init__(self, dim: int, l_dim: int):
        super().__init__()
        self.f_query = nn.Linear(dim, dim)
        self.f_key = nn.Linear(l_dim, dim)
        self.f_value = nn.Linear(l_dim, dim)

    def forward(self, x, l):
        sim = torch.softmax(self.f_query(x) @ self.f_key(l).transpose(1, 2) * x.size(2) ** -0.5, dim=-1)
        return torch.tanh(x) * (sim @ self.f_value(l))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.Sequential(nn.LayerNorm(6), nn.Linear(6, 8), nn.GELU())
        self.fusion = PWAM(8, 4)
        self.res_gate = nn.Sequential(nn.Linear(8, 8, bias=False), nn.GELU(), nn.Linear(8, 8, bias=False), nn.Tanh())
        nn.init.zeros_(self.res_gate[0].weight)
        nn.init.zeros_(self.res_gate[2].weight)
        self.classifier = nn.Linear(8, 2)

    def forward(self, x, l):
        x = self.block(x)
        x_residual = self.fusion(x, l)
        x = x + self.res_gate(x_residual) * x_residual
        return self.classifier(x)
