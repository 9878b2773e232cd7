"""Positions are cut at the first dimension, which is the batch

Source: https://github.com/KasperGroesLudvigsen/influenza_transformer/issues/9
Adapted: a table of eight positions, ten samples
Inputs: 10x6x4
Raises: forward: The size of tensor a (10) must match the size of tensor b (8) at non-singleton dimension 0
Codes: SHP716 SHP706
Line: x = x + self.pe[: x.size(0)]
Line: pe = torch.zeros(max_seq_len, 1, d_model)
Op: aten::add aten::slice aten::size
Module: positional_encoding_layer
Fix: self.pe[: x.size(0)] => self.pe[: x.size(1)].transpose(0, 1)

The table is made for time first, the input comes batch first.
"""

import math

import torch
from torch import nn


class PositionalEncoder(nn.Module):
    def __init__(self, d_model: int, max_seq_len: int):
        super().__init__()
        position = torch.arange(max_seq_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_seq_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[: x.size(0)]
        return x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_input_layer = nn.Linear(4, 8)
        self.positional_encoding_layer = PositionalEncoder(8, 8)
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.linear_mapping = nn.Linear(8, 1)

    def forward(self, src):
        src = self.encoder_input_layer(src)
        src = self.positional_encoding_layer(src)
        return self.linear_mapping(self.encoder(src)[:, -1])
