"""The positions of phonemes are converted to floats before they are looked up

Source: https://github.com/xcmyz/FastSpeech/issues/89
Adapted: one block
Inputs: [{"shape": [2, 6], "dtype": "int64", "low": 1, "high": 20}, {"shape": [2, 6], "dtype": "float32", "fill": "arange"}]
Raises: forward: Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.FloatTensor
Codes: TYP802
Line: enc_output = self.src_word_emb(src_seq) + self.position_enc(src_pos)
Op: aten::embedding
Module: encoder.position_enc
Benign: encoder.w_ks.bias
Fix: self.position_enc(src_pos) => self.position_enc(src_pos.long())

The words are integers; their positions came as float32.
"""

import math

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocab: int, positions: int, dim: int):
        super().__init__()
        self.src_word_emb = nn.Embedding(vocab, dim, padding_idx=0)
        self.position_enc = nn.Embedding(positions, dim, padding_idx=0)
        self.w_qs = nn.Linear(dim, dim)
        self.w_ks = nn.Linear(dim, dim)
        self.w_vs = nn.Linear(dim, dim)
        self.conv = nn.Conv1d(dim, dim, 3, padding=1)
        self.layer_norm = nn.LayerNorm(dim)

    def forward(self, src_seq, src_pos):
        enc_output = self.src_word_emb(src_seq) + self.position_enc(src_pos)
        q, k, v = self.w_qs(enc_output), self.w_ks(enc_output), self.w_vs(enc_output)
        attn = torch.softmax(torch.bmm(q, k.transpose(1, 2)) / math.sqrt(q.size(-1)), dim=-1)
        enc_output = self.layer_norm(enc_output + torch.bmm(attn, v))
        return torch.relu(self.conv(enc_output.transpose(1, 2))).transpose(1, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder(20, 16, 8)
        self.mel_linear = nn.Linear(8, 10)

    def forward(self, src_seq, src_pos):
        return self.mel_linear(self.encoder(src_seq, src_pos))
