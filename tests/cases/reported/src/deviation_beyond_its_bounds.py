"""The logarithm of a deviation is clamped to bounds that it starts outside of

Source: https://github.com/DLR-RM/stable-baselines3/issues/620
Adapted: bounds of a low noise, a policy of one layer
Inputs: 8x5; 8x2
Loss: output
Spoils: zero log_std.*
Codes: ZER502
Line: log_std = torch.clamp(self.log_std(state), -20.0, -5.0)
Op: aten::clamp
Twin: healthy
Fix: -5.0) => 2.0)

Outside of its bounds a clamp has no slope.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Linear(5, 2)
        self.log_std = nn.Linear(5, 2)

    def forward(self, state, action):
        log_std = torch.clamp(self.log_std(state), -20.0, -5.0)
        distance = (action - self.mean(state)) / (log_std.exp() + 0.5)
        return (0.5 * distance.square() + log_std).mean()
