"""squeeze() takes the channel of one away, the next Conv1d reads the batch as channels

Source: https://github.com/tiangexiang/CurveNet/pull/25
Adapted: a small network of the same kind
Inputs: 6x1x40
Loss: mean
Raises: forward: to have 1 channels, but got 6 channels instead
Codes: SHP720
Line: gate = torch.sigmoid(self.mix(h).squeeze())
Line: h = F.gelu(self.back(gate))
Op: aten::squeeze aten::conv1d
Module: . back
Twin: healthy
Fix: self.mix(h).squeeze() => self.mix(h)

(6, 1, 40) becomes (6, 40), which a Conv1d reads as one sample of six channels.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.front = nn.Conv1d(1, 4, 5, padding=2)
        self.mix = nn.Conv1d(4, 1, 1)
        self.back = nn.Conv1d(1, 8, 5, stride=2, padding=2)
        self.cls = nn.Linear(8, 3)

    def forward(self, wav):
        h = F.gelu(self.front(wav))
        gate = torch.sigmoid(self.mix(h).squeeze())
        h = F.gelu(self.back(gate))
        return self.cls(h.mean(-1))
