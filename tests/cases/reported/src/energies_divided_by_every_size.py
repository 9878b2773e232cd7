"""Energy errors of shape (S,) are divided by numbers of atoms of shape (S, 1)

Source: https://github.com/facebookresearch/fairchem/pull/1825
Adapted: a small potential instead of the network, and the metric is the loss
Inputs: 31:int64[1,10); 31x3; 31:int64[0,5); 5
Loss: output
Spoils: wrong
Codes: SHP707
Line: return (error / natoms.unsqueeze(1)).mean()
Op: aten::div aten::unsqueeze
Fix: natoms.unsqueeze(1) => natoms

The quotient is a square: every error is divided by the size of every structure.
"""

import torch
from torch import nn


class EnergyHead(nn.Module):
    def __init__(self, sphere_channels: int):
        super().__init__()
        self.energy_block = nn.Sequential(
            nn.Linear(sphere_channels, 16), nn.SiLU(), nn.Linear(16, 16), nn.SiLU(), nn.Linear(16, 1)
        )

    def forward(self, node_embedding, batch, natoms):
        node_energy = self.energy_block(node_embedding)
        energy = torch.zeros(natoms.size(0), dtype=node_energy.dtype, device=node_energy.device)
        return energy.index_add(0, batch, node_energy.view(-1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.sphere_embedding = nn.Embedding(10, 8)
        self.distance = nn.Sequential(nn.Linear(1, 8), nn.SiLU(), nn.Linear(8, 8))
        self.head = EnergyHead(8)

    def per_atom_mae(self, prediction, target, natoms):
        error = torch.abs(target - prediction)
        return (error / natoms.unsqueeze(1)).mean()

    def forward(self, atomic_numbers, pos, batch, energy):
        natoms = torch.bincount(batch, minlength=energy.size(0)).clamp(min=1)
        same = (batch[:, None] == batch[None, :]).to(pos.dtype)
        dist = ((pos[:, None] - pos[None, :]) ** 2).sum(-1, keepdim=True)
        edges = self.distance(torch.exp(-dist)) * same[:, :, None]
        x = self.sphere_embedding(atomic_numbers)
        x = x + (edges * x[None, :, :]).sum(dim=1)
        return self.per_atom_mae(self.head(x, batch, natoms), energy, natoms)
