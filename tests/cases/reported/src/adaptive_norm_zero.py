"""A transformer block whose residual branches are gated by zeros at the start

Source: Scalable Diffusion Models with Transformers, https://arxiv.org/abs/2212.09748
Adapted: one block; the head is not zero
Inputs: 2x3x6; 2x4
Benign: shape.bias

The gates get a gradient in the first step, and what is behind them from the second on.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(4, 6)
        self.mix = nn.Linear(6, 6)
        self.head = nn.Linear(6, 2)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)

    def forward(self, x, condition):
        gate = self.gate(F.silu(condition)).unsqueeze(1)
        x = x + gate * torch.tanh(self.mix(F.layer_norm(x, [6])))
        return self.head(x)
