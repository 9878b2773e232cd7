"""A spiking layer writes a one wherever its potential is above the threshold

Source: https://github.com/fzenke/spytorch/issues/3
Adapted: a step function without the surrogate gradient of the later tutorial
Inputs: 4x6x5
Spoils: none w1.*
Codes: CUT103
Line: out[x > 0] = 1.0
Op: aten::gt
Module: hidden
Fix: out = self.spike_fn(mthr) => out = self.spike_fn(mthr) + torch.sigmoid(mthr) - torch.sigmoid(mthr).detach()

The spikes are ones that were put there: only what follows the spikes can learn.
"""

from typing import List

import torch
from torch import nn


class SpikingLayer(nn.Module):
    def __init__(self, alpha: float = 0.8, beta: float = 0.9):
        super().__init__()
        self.alpha = alpha
        self.beta = beta

    def spike_fn(self, x):
        out = torch.zeros_like(x)
        out[x > 0] = 1.0
        return out

    def forward(self, h1):
        syn = torch.zeros_like(h1[:, 0])
        mem = torch.zeros_like(h1[:, 0])
        spk_rec: List[torch.Tensor] = []
        for t in range(h1.size(1)):
            mthr = mem - 0.1
            out = self.spike_fn(mthr)
            spk_rec.append(out)
            syn = self.alpha * syn + h1[:, t]
            mem = (self.beta * mem + syn) * (1.0 - out.detach())
        return torch.stack(spk_rec, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Linear(5, 8)
        self.hidden = SpikingLayer()
        self.w2 = nn.Linear(8, 3)

    def forward(self, inputs):
        spikes = self.hidden(self.w1(inputs))
        return torch.log_softmax(self.w2(spikes).mean(1), dim=1)
