"""The membranes of a spiking network live on from batch to batch, because nobody resets them

Source: https://github.com/jeshraghian/snntorch/issues/250
Adapted: a smooth spike, four steps, images of one channel
Inputs: 3x1x8x8
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.mem = self.beta * self.mem + cur
Line: spk_rec: List[torch.Tensor] = []
Op: prim::SetAttr
Module: lif1 lif2
Fix: spk_rec: List[torch.Tensor] = [] => spk_rec: List[torch.Tensor] = []; self.lif1.reset(); self.lif2.reset()

The first batch works. The potential of the second begins with a graph that has been freed.
"""

from typing import List

import torch
from torch import nn


class Leaky(nn.Module):
    def __init__(self, beta: float):
        super().__init__()
        self.beta = beta
        self.mem = torch.zeros(1)

    def reset(self):
        self.mem = torch.zeros(1)

    def forward(self, cur):
        self.mem = self.beta * self.mem + cur
        return torch.sigmoid(5.0 * (self.mem - 0.5))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.num_steps = 4
        self.conv1 = nn.Conv2d(1, 4, 3)
        self.lif1 = Leaky(0.9)
        self.fc1 = nn.Linear(4 * 3 * 3, 5)
        self.lif2 = Leaky(0.8)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        spk_rec: List[torch.Tensor] = []
        for step in range(self.num_steps):
            spk1 = self.lif1(self.pool(self.conv1(x)))
            spk_rec.append(self.lif2(self.fc1(spk1.flatten(1))))
        return torch.stack(spk_rec).mean(0)
