"""A running average of frames is traced with four of them, and stops there when nine come

Source: https://github.com/pytorch/pytorch/issues/58225
Adapted: an exponential average between two layers
Export: trace 2x4x6
Inputs: 2x9x6
Spoils: wrong
Codes: SHP712 CUT106
Line: for t in range(frames.size(1)):
Line: state = 0.8 * state + 0.2 * frames[:, t]
Line: average = running_average(features)
Op: aten::select prim::Constant
Twin: healthy
Fix: running_average(features) => torch.jit.script(running_average)(features)

The loop was unrolled four frames long; the other five are never read.
"""

import torch
from torch import nn


def running_average(frames):
    state = frames[:, 0]
    for t in range(frames.size(1)):
        state = 0.8 * state + 0.2 * frames[:, t]
    return state


class FrameEncoder(nn.Module):
    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.inner = nn.Linear(width, hidden)
        self.norm = nn.LayerNorm(hidden)

    def forward(self, frames):
        return self.norm(torch.tanh(self.inner(frames)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = FrameEncoder(6, 10)
        self.gate = nn.Linear(10, 10)
        self.classify = nn.Linear(10, 4)

    def forward(self, frames):
        features = self.encoder(frames)
        features = features * torch.sigmoid(self.gate(features))
        average = running_average(features)
        return self.classify(average)
