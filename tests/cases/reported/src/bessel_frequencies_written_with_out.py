"""The frequencies of a radial basis are learnt, and set again with out= in every call

Source: https://github.com/XieResearchGroup/Physics-aware-Multiplex-GNN/issues/4
Adapted: reset in the forward; a small network of messages on fully connected atoms
Inputs: 5x3; 5:int64[0,4)
Raises: forward: functions with out=... arguments don't support automatic differentiation
Codes: IPL306 IPL302
Line: torch.mul(self.order, self.pi, out=self.freq)
Op: aten::mul
Module: rbf
Twin: healthy
Fix: torch.mul(self.order, self.pi, out=self.freq) => pass

A parameter cannot be the place that a result is written to.
"""

import math

import torch
from torch import nn


class BesselBasisLayer(nn.Module):
    def __init__(self, num_radial: int, cutoff: float):
        super().__init__()
        self.cutoff = cutoff
        self.register_buffer("order", torch.arange(1, num_radial + 1, dtype=torch.float32))
        self.register_buffer("pi", torch.tensor(math.pi))
        self.freq = nn.Parameter(torch.arange(1, num_radial + 1) * math.pi)

    def reset(self):
        torch.mul(self.order, self.pi, out=self.freq)

    def forward(self, dist):
        self.reset()
        scaled = dist.unsqueeze(-1) / self.cutoff
        return torch.exp(-scaled) * torch.sin(self.freq * scaled)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4, 6)
        self.rbf = BesselBasisLayer(5, 5.0)
        self.lin_rbf = nn.Linear(5, 6, bias=False)
        self.update = nn.Sequential(nn.Linear(6, 6), nn.SiLU(), nn.Linear(6, 1))

    def forward(self, pos, kind):
        gap = pos.unsqueeze(0) - pos.unsqueeze(1)
        dist = (gap.pow(2).sum(-1) + 1e-6).sqrt()
        messages = self.lin_rbf(self.rbf(dist)) * self.embedding(kind).unsqueeze(0)
        return self.update(messages.sum(dim=1))
