"""A router with a balance loss of counts and probabilities, and a z-loss

Source: ST-MoE: Designing Stable and Transferable Sparse Expert Models, https://arxiv.org/abs/2202.08906
Adapted: two experts, top one of forty tokens
Inputs: 40x6
Loss: output

The counts come from an argmax and carry no gradient, and the gate's value and its probabilities do.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Router(nn.Module):
    def __init__(self, dim: int, experts: int):
        super().__init__()
        self.gate = nn.Linear(dim, experts, bias=False)

    def forward(self, x):
        logits = self.gate(x)
        probs = torch.softmax(logits, dim=-1)
        chosen = probs.argmax(-1)
        density = F.one_hot(chosen, probs.size(-1)).float().mean(0)
        balance = (density * probs.mean(0)).sum() * probs.size(-1)
        z_loss = torch.logsumexp(logits, dim=-1).pow(2).mean()
        return chosen, probs.max(-1)[0], 0.01 * balance + 0.001 * z_loss


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.router = Router(6, 2)
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(6, 10), nn.GELU(), nn.Linear(10, 6)) for _ in range(2)])
        self.norm = nn.LayerNorm(6)

    def forward(self, tokens):
        chosen, gate, aux = self.router(tokens)
        out = torch.zeros_like(tokens)
        for i, expert in enumerate(self.experts):
            rows = torch.where(chosen == i)[0]
            out = out.index_add(0, rows, expert(tokens[rows]) * gate[rows].unsqueeze(-1))
        return (self.norm(tokens + out) - tokens.roll(1, 0)).pow(2).mean() + aux
