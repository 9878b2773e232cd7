"""The gates of a mixture of experts are cast to a boolean and back

Source: https://github.com/microsoft/onnxruntime/pull/11008
Adapted: three experts, gates behind a rectifier
Inputs: 32x6
Spoils: none moe.wg.*
Codes: CUT104
Line: dispatch_mask = gates.to(torch.bool).to(x.dtype)
Op: aten::to
Module: moe
Fix: gates.to(torch.bool).to(x.dtype) => gates.to(x.dtype)

A boolean carries no gradient, so that the router stays as it began.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Expert(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.fc1 = nn.Linear(dim, 12)
        self.fc2 = nn.Linear(12, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class MOELayer(nn.Module):
    def __init__(self, dim: int, num_experts: int):
        super().__init__()
        self.wg = nn.Linear(dim, num_experts)
        nn.init.constant_(self.wg.bias, 0.3)
        self.experts = nn.ModuleList([Expert(dim) for _ in range(num_experts)])

    def forward(self, x):
        gates = F.relu(self.wg(x))
        dispatch_mask = gates.to(torch.bool).to(x.dtype)
        outputs = []
        for expert in self.experts:
            outputs.append(expert(x))
        return torch.einsum("se,sem->sm", dispatch_mask, torch.stack(outputs, dim=1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(6, 8)
        self.moe = MOELayer(8, 3)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.embed(x)
        return self.head(self.norm(x + self.moe(x)))
