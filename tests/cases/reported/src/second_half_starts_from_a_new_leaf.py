"""A network is split in two, and its second half starts from a tensor that was told to want a gradient

Source: https://github.com/pytorch/pytorch/issues/8287
Adapted: the second call of backward is left out; layers of convolutions
Inputs: 3x2x12
Spoils: none client.*
Codes: CUT107 CUT101
Line: activations = self.client(signal).detach().requires_grad_()
Op: aten::requires_grad_ aten::detach
Module: .
Twin: healthy
Fix: self.client(signal).detach().requires_grad_() => self.client(signal)

The gradient is there, on a tensor that leads nowhere.
"""

from torch import nn


class Half(nn.Module):
    def __init__(self, inside: int, outside: int):
        super().__init__()
        self.conv = nn.Conv1d(inside, outside, 3, padding=1)
        self.norm = nn.GroupNorm(2, outside)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.client = nn.Sequential(Half(2, 4), nn.MaxPool1d(2), Half(4, 6))
        self.server = nn.Sequential(Half(6, 8), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 3))

    def forward(self, signal):
        activations = self.client(signal).detach().requires_grad_()
        return self.server(activations)
