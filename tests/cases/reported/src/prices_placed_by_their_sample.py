"""A table of positions is cut at the first dimension of what comes batch first, and fits by chance

Source: https://github.com/gangweix/Stoch-predict-with-Tranformer-LSTM/issues/3
Adapted: fewer samples than positions, so that nothing raises
Inputs: 4x10x3
Spoils: wrong
Codes: SHP716
Line: return x + self.pe[:x.size(0), :]
Line: x = self.pos_encoder(x)
Op: aten::add aten::slice aten::size
Module: pos_encoder
Twin: healthy
Fix: self.pe[:x.size(0), :] => self.pe[:x.size(1), :].transpose(0, 1)

Each sample gets the position of its place in the batch, the same on every day.
"""

import math

import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, max_len: int = 50):
        super().__init__()
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        pe = pe.unsqueeze(0).transpose(0, 1)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:x.size(0), :]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(3, 8)
        self.pos_encoder = PositionalEncoding(8)
        self.transformer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.rnn = nn.LSTM(8, 6, batch_first=True)
        self.decoder = nn.Linear(6, 1)

    def forward(self, x):
        x = self.embedding(x)
        x = self.pos_encoder(x)
        x, _ = self.rnn(self.transformer(x))
        return self.decoder(x[:, -1])
