"""A layer has a matrix for each frequency of a series, and gets a shorter series

Source: https://github.com/salesforce/CoST/issues/17
Adapted: one band; the complex weight is kept as pairs of real numbers
Inputs: 3x16x4
Loss: mean
Raises: forward: einsum(): subscript t has size 13 for operand 1 which does not broadcast with previously seen size 9
Codes: SHP715
Line: output = torch.einsum("bti,tio->bto", input[:, self.start : self.end], weight)
Line: self.encoder = CoSTEncoder(input_dims=4, output_dims=6, hidden_dims=8, length=24)
Op: aten::einsum
Module: encoder.sfd encoder
Fix: length=24 => length=16

A series of 24 steps has thirteen frequencies, and one of sixteen has nine.
"""

import torch
from torch import nn


class BandedFourierLayer(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, length: int):
        super().__init__()
        self.start = 0
        self.end = length // 2 + 1
        self.weight = nn.Parameter(torch.randn(self.end, in_channels, out_channels, 2) * 0.2)

    def forward(self, input):
        length = input.size(1)
        input_fft = torch.fft.rfft(input, dim=1)
        output_fft = self._forward(input_fft)
        return torch.fft.irfft(output_fft, n=length, dim=1)

    def _forward(self, input):
        weight = torch.view_as_complex(self.weight)
        output = torch.einsum("bti,tio->bto", input[:, self.start : self.end], weight)
        return output


class CoSTEncoder(nn.Module):
    def __init__(self, input_dims: int, output_dims: int, hidden_dims: int, length: int):
        super().__init__()
        self.input_fc = nn.Linear(input_dims, hidden_dims)
        self.feature_extractor = nn.Conv1d(hidden_dims, hidden_dims, 3, padding=1)
        self.sfd = BandedFourierLayer(hidden_dims, output_dims, length)

    def forward(self, x):
        x = self.input_fc(x)
        x = torch.nn.functional.gelu(self.feature_extractor(x.transpose(1, 2))).transpose(1, 2)
        return self.sfd(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = CoSTEncoder(input_dims=4, output_dims=6, hidden_dims=8, length=24)
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        return self.head(torch.tanh(self.encoder(x)))
