"""What is fetched from earlier layers is gated by a relu behind a layer of zeros

Source: https://github.com/lucidrains/deep-cross-attention/issues/2
Adapted: three blocks of linear layers
Inputs: 3x4x6
Spoils: zero grns.*
Codes: ZER505 ZER506
Line: nn.init.zeros_(self.linear.weight)
Line: gates = torch.relu(self.linear(self.norm(layers[-1])))
Op: aten::relu aten::linear
Module: grns.0 grns.1 grns.2 grns.0.linear grns.1.linear grns.2.linear
Twin: healthy
Fix: nn.init.zeros_(self.linear.weight) => nn.init.normal_(self.linear.weight, std=0.5)

Without a bias every gate is exactly zero, where a relu has no slope: it stays so for the whole training.
"""

from typing import List

import torch
from torch import nn


class GRN(nn.Module):
    def __init__(self, dim: int, seen: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.linear = nn.Linear(dim, seen, bias=False)
        nn.init.zeros_(self.linear.weight)

    def forward(self, layers: List[torch.Tensor]):
        gates = torch.relu(self.linear(self.norm(layers[-1])))
        earlier = torch.stack(layers, dim=-1)
        return layers[-1] + (earlier * gates.unsqueeze(-2)).sum(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(6, 8)
        self.grns = nn.ModuleList([GRN(8, i + 1) for i in range(3)])
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(8, 8), nn.GELU()) for _ in range(3)])
        self.to_logits = nn.Linear(8, 5)

    def forward(self, x):
        layers = [self.embed(x)]
        for grn, block in zip(self.grns, self.blocks):
            layers.append(block(grn(layers)))
        return self.to_logits(layers[-1])
