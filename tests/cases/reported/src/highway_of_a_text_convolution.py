"""A highway gate lets through a text beside its convolution, which is shorter

Source: https://ai.stackexchange.com/questions/38650/how-to-handle-the-size-difference-of-highway-network-or-residual-network-in-cnn
Adapted: the gate keeps the length, the convolution of the text does not
Inputs: 3x6x20
Raises: forward: The size of tensor a (20) must match the size of tensor b (16)
Codes: SHP706
Line: return gate * h + (1 - gate) * x
Op: aten::mul
Twin: healthy
Fix: self.text = nn.Conv1d(6, 6, 5) => self.text = nn.Conv1d(6, 6, 5, padding=2)

A convolution without padding gives n - k + 1 positions of n, and the gate has all n.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.text = nn.Conv1d(6, 6, 5)
        self.gate = nn.Conv1d(6, 6, 1)

    def forward(self, x):
        h = torch.tanh(self.text(x))
        gate = torch.sigmoid(self.gate(x))
        return gate * h + (1 - gate) * x
