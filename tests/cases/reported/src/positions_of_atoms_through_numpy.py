"""A relaxed structure goes through numpy on its way to the energy, and the model is traced

Source: https://github.com/TorchSim/torch-sim/issues/469
Adapted: with the detach that the report proposes; the relaxation is learnt
Export: trace 5x3;5:int64[0,4)
Inputs: 5x3; 5:int64[0,4)
Spoils: none relax.*
Codes: CUT106 PAR203 CUT105
Line: coordinates = torch.from_numpy(positions.detach().cpu().numpy())
Op: prim::Constant
Module: .
Fix: coordinates = torch.from_numpy(positions.detach().cpu().numpy()) => coordinates = positions

The trace has the coordinates of its example, whatever structure it is given.
"""

import torch
from torch import nn


class Energy(nn.Module):
    def __init__(self, dim: int = 6):
        super().__init__()
        self.atoms = nn.Embedding(4, dim)
        self.radial = nn.Sequential(nn.Linear(1, 8), nn.SiLU(), nn.Linear(8, dim))
        self.readout = nn.Linear(dim, 1)

    def forward(self, coordinates, numbers):
        gap = coordinates.unsqueeze(0) - coordinates.unsqueeze(1)
        dist = (gap.pow(2).sum(-1, keepdim=True) + 1e-4).sqrt()
        messages = (self.radial(dist) * self.atoms(numbers).unsqueeze(0)).sum(dim=1)
        return self.readout(torch.tanh(messages)).sum()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.relax = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 3, bias=False))
        self.energy = Energy()

    def forward(self, positions, numbers):
        positions = positions + 0.1 * self.relax(positions)
        coordinates = torch.from_numpy(positions.detach().cpu().numpy())
        return self.energy(coordinates, numbers)
