"""Experts are balanced without a loss: a bias that is no parameter moves with their load

Source: https://github.com/ambisinister/lossfreebalance/issues/1
Adapted: three experts, two of which are taken for each of forty tokens
Inputs: 40x6; 40x6
Loss: output

The bias only decides which experts are chosen, and is moved by a rule; the gate itself learns through the scores.
"""

import torch
from torch import nn
from torch.nn import functional as F


class LossFreeMoE(nn.Module):
    def __init__(self, dim: int, experts: int, k: int):
        super().__init__()
        self.k = k
        self.gate = nn.Linear(dim, experts, bias=False)
        self.experts = nn.ModuleList(
            [nn.Sequential(nn.Linear(dim, 2 * dim), nn.SiLU(), nn.Linear(2 * dim, dim)) for _ in range(experts)]
        )
        self.register_buffer("expert_biases", torch.zeros(experts))

    def forward(self, x):
        scores = torch.sigmoid(self.gate(x))
        _, chosen = torch.topk(scores + self.expert_biases, self.k, dim=-1)
        weights = scores.gather(-1, chosen)
        weights = weights / weights.sum(-1, keepdim=True)
        gates = torch.zeros_like(scores).scatter(-1, chosen, weights)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            out = out + gates[:, i : i + 1] * expert(x)
        if self.training:
            with torch.no_grad():
                load = (gates > 0).float().sum(0)
                self.expert_biases += 0.001 * torch.sign(load.mean() - load)
        return out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(6)
        self.moe = LossFreeMoE(6, 3, 2)
        self.norm2 = nn.LayerNorm(6)
        self.head = nn.Linear(6, 6)

    def forward(self, x, target):
        x = x + self.moe(self.norm1(x))
        return F.mse_loss(self.head(self.norm2(x)), target)
