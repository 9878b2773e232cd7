"""Positions are cut at the first dimension, and what comes has time in front

Source: https://github.com/pytorch/tutorials/issues/1547
Adapted: the tutorial's order, made explicit with a transposition
Inputs: 4x6:int64[0,15)

The table's second axis is the batch, which is stretched.
"""

import math

import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, max_len: int):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(0)]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(15, 8)
        self.pos_encoder = PositionalEncoding(8, 20)
        self.rnn = nn.GRU(8, 8)
        self.decoder = nn.Linear(8, 15)

    def forward(self, ids):
        src = self.pos_encoder(self.encoder(ids.t()))
        out, _ = self.rnn(src)
        return self.decoder(out).transpose(0, 1)
