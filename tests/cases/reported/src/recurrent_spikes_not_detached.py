"""The spikes of recurrent neurons are kept in a list, and are not let go of between batches

Source: https://github.com/jeshraghian/snntorch/issues/323
Adapted: two layers; a sigmoid for the spike
Inputs: 3x5
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.spk[i] = spk
Op: aten::_set_item
Module: .
Fix: self.spk[i] = spk => self.spk[i] = spk.detach()

The membrane is detached, and the spikes are forgotten: they feed back into the next batch.
"""

from typing import List

import torch
from torch import nn


class RSynaptic(nn.Module):
    def __init__(self, size: int, beta: float = 0.9):
        super().__init__()
        self.beta = beta
        self.recurrent = nn.Linear(size, size)

    def forward(self, current, spk, mem):
        mem = self.beta * mem + current + self.recurrent(spk)
        return torch.sigmoid(4.0 * (mem - 1.0)), mem


class Net(nn.Module):
    spk: List[torch.Tensor]
    mem: List[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.fcs = nn.ModuleList([nn.Linear(5, 6), nn.Linear(6, 4)])
        self.lifs = nn.ModuleList([RSynaptic(6), RSynaptic(4)])
        self.spk = [torch.zeros(3, 6), torch.zeros(3, 4)]
        self.mem = [torch.zeros(3, 6), torch.zeros(3, 4)]

    def forward(self, x):
        i = 0
        for fc, lif in zip(self.fcs, self.lifs):
            spk, mem = lif(fc(x), self.spk[i], self.mem[i])
            self.spk[i] = spk
            self.mem[i] = mem.detach()
            x = spk
            i += 1
        return x
