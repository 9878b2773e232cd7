"""The positions that a dance model calls learned are a buffer

Source: https://github.com/guillefix/transflower-lightning/issues/6
Adapted: one layer over the joined music and poses
Inputs: 2x6x5; 2x6x7
Loss: mean
Spoils: wrong
Codes: PAR206
Line: x = x + self.pe[:, : x.size(1)]
Line: self.register_buffer("pe", pe)
Op: prim::GetAttr
Module: pos_encoder
Fix: self.register_buffer("pe", pe) => self.pe = nn.Parameter(pe)

It begins with zeros, and so it stays: the model cannot tell one frame from another.
"""

import torch
import torch.nn as nn


class LearnedPositionalEncoding(nn.Module):
    def __init__(self, d_model: int, max_len: int = 32):
        super().__init__()
        self.dropout = nn.Dropout(0.0)
        pe = torch.zeros(1, max_len, d_model)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[:, : x.size(1)]
        return self.dropout(x)


class Net(nn.Module):
    def __init__(self, d_model: int = 16):
        super().__init__()
        self.music_encoder = nn.Linear(5, d_model)
        self.pose_encoder = nn.Linear(7, d_model)
        self.pos_encoder = LearnedPositionalEncoding(d_model)
        self.transformer = nn.TransformerEncoderLayer(d_model, 4, 32, dropout=0.0, batch_first=True)
        self.decoder = nn.Linear(d_model, 7)

    def forward(self, music, poses):
        x = torch.cat([self.music_encoder(music), self.pose_encoder(poses)], dim=1)
        x = self.transformer(self.pos_encoder(x))
        return (self.decoder(x[:, music.size(1) :]) - poses).abs()
