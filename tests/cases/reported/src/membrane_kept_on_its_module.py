"""A leaky integrator keeps its membrane on the module from batch to batch

Source: https://github.com/norse/norse/pull/131
Adapted: soft spikes, a batch of fixed size
Inputs: 5x3x4
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.v = v
Op: prim::SetAttr
Module: lif
Twin: healthy
Fix: self.v = v => self.v = v.detach()

The second batch starts from the membrane of the first, and so backward walks into its freed graph.
"""

from typing import List

import torch
from torch import nn


class LIF(nn.Module):
    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_weights = nn.Linear(input_size, hidden_size)
        self.v = torch.zeros(3, hidden_size)

    def forward(self, inputs):
        v = self.v
        spikes: List[torch.Tensor] = []
        for x in inputs.unbind(0):
            v = v * 0.9 + self.input_weights(x)
            z = torch.sigmoid(4.0 * (v - 1.0))
            v = v * (1.0 - z)
            spikes.append(z)
        self.v = v
        return torch.stack(spikes)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(4, 6)
        self.lif = LIF(6, 8)
        self.readout = nn.Linear(8, 3)

    def forward(self, events):
        rates = self.lif(torch.relu(self.encode(events))).mean(dim=0)
        return self.readout(rates)
