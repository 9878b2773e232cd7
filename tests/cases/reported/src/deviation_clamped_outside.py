"""The logarithm of a deviation starts outside the range that it is clamped to

Source: https://github.com/DLR-RM/stable-baselines3/issues/620
Adapted: the initial bias is what puts it outside for all samples
Inputs: 5x4
Spoils: zero log_std.*
Codes: ZER502
Line: log_std = torch.clamp(self.log_std(h), -5.0, 2.0)
Op: aten::clamp
Fix: torch.clamp(self.log_std(h), -5.0, 2.0) => torch.tanh(self.log_std(h) / 8) * 3.5 - 1.5

Outside its range clamp is constant: the layer that made the value gets a gradient of zero.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 6)
        self.mean = nn.Linear(6, 2)
        self.log_std = nn.Linear(6, 2)
        nn.init.constant_(self.log_std.bias, -12.0)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        log_std = torch.clamp(self.log_std(h), -5.0, 2.0)
        return self.mean(h) + torch.exp(log_std)
