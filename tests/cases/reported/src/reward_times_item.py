"""A policy gradient that multiplies the reward with the number of the log probability

Source: https://github.com/isayev/ReLeaSE/issues/39
Adapted: a GRU cell instead of a stack-augmented RNN, four steps
Inputs: 4x3x6; 4x3:int64[0,6)
Loss: output
Raises: backward: does not require grad
Codes: CUT105
Line: loss = loss - picked[b].item() * self.discount
Op: aten::item aten::tensor aten::as_tensor aten::sub prim::NumToTensor
Twin: healthy
Fix: picked[b].item() => picked[b]

The number of the log probability survives, its history does not; the loss is a sum of numbers.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(6, 5)
        self.out = nn.Linear(5, 6)
        self.discount = 0.97

    def forward(self, steps, actions):
        loss = torch.zeros(())
        hidden = torch.zeros(steps.size(1), 5)
        for t in range(steps.size(0)):
            hidden = self.cell(steps[t], hidden)
            scores = F.log_softmax(self.out(hidden), dim=1)
            picked = scores.gather(1, actions[t].unsqueeze(1)).squeeze(1)
            for b in range(picked.size(0)):
                loss = loss - picked[b].item() * self.discount
        return loss
