"""A transformer remembers the hidden states of the segments before, each with its graph

Source: https://github.com/dhruvramani/Transformers-RL/issues/6
Adapted: one layer that attends to a list of memories
Inputs: 2x3x6
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.memory.append(h)
Op: aten::append
Module: .
Fix: self.memory.append(h) => self.memory.append(h.detach())

The next segment attends to states of a graph that backward has freed.
"""

from typing import List

import torch
from torch import nn


class Attend(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.kv = nn.Linear(6, 6), nn.Linear(6, 12, bias=False)

    def forward(self, h, context):
        k, v = self.kv(context).chunk(2, dim=-1)
        return h + torch.softmax(self.q(h) @ k.transpose(1, 2), dim=-1) @ v


class Net(nn.Module):
    memory: List[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.memory = []
        self.embed = nn.Linear(6, 6)
        self.attend = Attend()
        self.out = nn.Linear(6, 2)

    def update_memory(self, h):
        self.memory.append(h)
        if len(self.memory) > 2:
            self.memory = self.memory[1:]

    def forward(self, x):
        h = torch.tanh(self.embed(x))
        context = torch.cat(self.memory + [h], dim=1)
        self.update_memory(h)
        return self.out(self.attend(h, context))
