"""Every continuous feature of a session gets a layer norm of its own

Source: https://github.com/NVIDIA-Merlin/Transformers4Rec/pull/151
Adapted: two continuous features that are read through a small layer, and items
Inputs: 4x5x2; 4x5:int64[0,9)
Spoils: tiny scalers.* norms.0.weight norms.1.weight
Codes: ZER503
Line: self.norms = nn.ModuleList([nn.LayerNorm(1) for _ in range(features)])
Line: parts.append(norm(scaler(continuous[:, :, i : i + 1])))
Op: aten::layer_norm
Module: norms.0 norms.1
Twin: healthy
Fix: self.norms = nn.ModuleList([nn.LayerNorm(1) for _ in range(features)]) => self.norms = nn.ModuleList([nn.Identity() for _ in range(features)])

A value less its own mean is zero, whatever the value.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, features: int = 2):
        super().__init__()
        self.items = nn.Embedding(9, 6)
        self.scalers = nn.ModuleList([nn.Linear(1, 1) for _ in range(features)])
        self.norms = nn.ModuleList([nn.LayerNorm(1) for _ in range(features)])
        self.project = nn.Linear(6 + features, 8)
        self.body = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 9)

    def forward(self, continuous, item):
        parts = [self.items(item)]
        for i, (scaler, norm) in enumerate(zip(self.scalers, self.norms)):
            parts.append(norm(scaler(continuous[:, :, i : i + 1])))
        session = torch.tanh(self.project(torch.cat(parts, dim=-1)))
        return self.head(self.body(session)[0][:, -1])
