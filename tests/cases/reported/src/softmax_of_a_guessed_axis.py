"""Attention over three axes leaves it to the softmax to choose one

Source: https://github.com/jadore801120/attention-is-all-you-need-pytorch/issues/52
Adapted: heads in front of the batch, as in the report's code, one decoder layer
Inputs: 3x6:int64[0,14); 3x5x8
Spoils: wrong
Codes: SHP716
Line: self.softmax = nn.Softmax()
Line: attn = self.softmax(attn)
Op: aten::softmax
Module: slf_attn.attention.softmax enc_attn.attention.softmax slf_attn.attention enc_attn.attention
Twin: healthy
Fix: nn.Softmax() => nn.Softmax(dim=-1)

Without an axis three axes mean the first, and that holds heads and sentences.
"""

import torch
from torch import nn


class ScaledDotProductAttention(nn.Module):
    def __init__(self, temperature: float):
        super().__init__()
        self.temperature = temperature
        self.softmax = nn.Softmax()

    def forward(self, q, k, v):
        attn = torch.bmm(q, k.transpose(1, 2)) / self.temperature
        attn = self.softmax(attn)
        return torch.bmm(attn, v)


class MultiHeadAttention(nn.Module):
    def __init__(self, n_head: int, d_model: int):
        super().__init__()
        self.n_head = n_head
        self.d_k = d_model // n_head
        self.w_qs = nn.Linear(d_model, d_model, bias=False)
        self.w_ks = nn.Linear(d_model, d_model, bias=False)
        self.w_vs = nn.Linear(d_model, d_model, bias=False)
        self.attention = ScaledDotProductAttention(self.d_k**0.5)
        self.fc = nn.Linear(d_model, d_model)
        self.layer_norm = nn.LayerNorm(d_model)

    def split(self, x):
        b, length = x.size(0), x.size(1)
        x = x.view(b, length, self.n_head, self.d_k)
        return x.permute(2, 0, 1, 3).contiguous().view(-1, length, self.d_k)

    def forward(self, q, k, v):
        b, length = q.size(0), q.size(1)
        out = self.attention(self.split(self.w_qs(q)), self.split(self.w_ks(k)), self.split(self.w_vs(v)))
        out = out.view(self.n_head, b, length, self.d_k).permute(1, 2, 0, 3).contiguous().view(b, length, -1)
        return self.layer_norm(self.fc(out) + q)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trg_word_emb = nn.Embedding(14, 8)
        self.slf_attn = MultiHeadAttention(2, 8)
        self.enc_attn = MultiHeadAttention(2, 8)
        self.trg_word_prj = nn.Linear(8, 14)

    def forward(self, trg_seq, enc_output):
        dec = self.trg_word_emb(trg_seq)
        dec = self.slf_attn(dec, dec, dec)
        dec = self.enc_attn(dec, enc_output, enc_output)
        return self.trg_word_prj(dec)
