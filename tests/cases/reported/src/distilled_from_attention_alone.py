"""A student is distilled from its attention weights alone, and its last block has more than those

Source: https://github.com/joanaapa/Distillation-DNABERT-Promoter/issues/1
Adapted: two blocks of width 6; the teacher's attention is an input
Inputs: 2x4x6; 2x4x4
Loss: output
Spoils: none last.mix.* last.grow.*
Codes: PAR204
Line: x, weights = self.last(x)
Line: return self.grow(self.mix(weights @ x)), weights
Op: aten::linear
Module: last.grow last.mix . last

The last block's output is dropped, so what follows its attention weights reaches no loss.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(6, 6)
        self.key = nn.Linear(6, 6, bias=False)
        self.mix = nn.Linear(6, 6)
        self.grow = nn.Linear(6, 6)

    def forward(self, x):
        weights = torch.softmax(self.query(x) @ self.key(x).transpose(1, 2) / 6**0.5, dim=-1)
        return self.grow(self.mix(weights @ x)), weights


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block()
        self.last = Block()

    def forward(self, x, teacher):
        x, _ = self.first(x)
        x, weights = self.last(x)
        return F.mse_loss(weights, teacher)
