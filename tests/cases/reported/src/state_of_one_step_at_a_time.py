"""A recurrence with the batch in front is driven one step at a time, its states as they are

Source: https://github.com/pytorch/pytorch/issues/34036
Adapted: four steps, the state starts from what the network saw
Inputs: 3x4x5; 3x4

A step is (batch, 1, features), a state (1, batch, features): nothing was swapped.
"""

from typing import List

import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.start = nn.Linear(4, 16)
        self.embed = nn.Linear(5, 8)
        self.lstm = nn.LSTM(8, 8, batch_first=True)
        self.feedback = nn.Linear(8, 8)
        self.readout = nn.Linear(8, 2)

    def initial(self, seen):
        h, c = torch.tanh(self.start(seen)).chunk(2, dim=-1)
        return h.unsqueeze(0).contiguous(), c.unsqueeze(0).contiguous()

    def forward(self, x, seen):
        state = self.initial(seen)
        outputs: List[Tensor] = []
        for t in range(x.size(1)):
            step = self.embed(x[:, t : t + 1]) + self.feedback(state[0]).transpose(0, 1)
            out, state = self.lstm(step, state)
            outputs.append(self.readout(out))
        return torch.cat(outputs, dim=1)
