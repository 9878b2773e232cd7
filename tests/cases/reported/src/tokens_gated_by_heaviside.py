"""A token gate is opened by heaviside where its score exceeds a margin

Source: https://github.com/pytorch/pytorch/issues/148856
Adapted: as a gate over tokens in a block, without a compiler
Inputs: 3x4x6
Raises: backward: derivative for aten::heaviside is not implemented
Codes: BWD404
Line: keep = torch.heaviside(score - self.margin, torch.zeros(1))
Op: aten::heaviside
Module: blocks.0.gate blocks.1.gate
Fix: keep = torch.heaviside(score - self.margin, torch.zeros(1)) => keep = torch.sigmoid(score - self.margin)

heaviside has no derivative at all, not even one of zero: backward stops at it.
"""

import torch
from torch import nn


class TokenGate(nn.Module):
    def __init__(self, dim: int, margin: float = 0.05):
        super().__init__()
        self.margin = margin
        self.score = nn.Linear(dim, 1)

    def forward(self, x):
        score = torch.tanh(self.score(x))
        keep = torch.heaviside(score - self.margin, torch.zeros(1))
        return x * keep


class Block(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.gate = TokenGate(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        return x + self.mlp(self.gate(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(6), Block(6))
        self.head = nn.Linear(6, 3)

    def forward(self, tokens):
        return self.head(self.blocks(tokens).mean(1))
