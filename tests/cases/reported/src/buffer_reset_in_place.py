"""A stateful layer resets its state in place, and the state still leads into the last graph

Source: https://github.com/synsense/sinabs/issues/5
Adapted: a leaky integrator without spikes; the state decays instead of being zeroed
Inputs: 2x4x3
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.v = v
Op: prim::SetAttr
Module: leaky
Twin: healthy
Fix: self.v = v => self.v = v.detach()

The state of the first step is read in the second.
"""

import torch
from torch import nn


class Leaky(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("v", torch.zeros(2, 5))
        self.decay = nn.Parameter(torch.full((5,), 0.8))

    def forward(self, current):
        v = self.v
        seen = []
        for t in range(current.size(1)):
            v = v * self.decay + current[:, t]
            seen.append(torch.tanh(v))
        self.v = v
        return torch.stack(seen, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 5)
        self.leaky = Leaky()
        self.out = nn.Linear(5, 2)

    def forward(self, x):
        return self.out(self.leaky(self.inner(x)).mean(1))
