"""The padding is masked by writing into the scores through .data

Source: https://github.com/jadore801120/attention-is-all-you-need-pytorch/issues/16
Adapted: one head, and the last of six words padded
Inputs: 3x6:int64[1,15)
Loss: mean
Benign: attention.w_k.bias

Nobody keeps the scores: the product is differentiated by its factors, and the softmax by its own output.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class ScaledDotProductAttention(nn.Module):
    def __init__(self, d_model: int):
        super().__init__()
        self.temper = d_model**0.5
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)

    def forward(self, x, attn_mask):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        attn = torch.bmm(q, k.transpose(1, 2)) / self.temper
        attn.data.masked_fill_(attn_mask, -float("inf"))
        attn = torch.softmax(attn, dim=-1)
        return torch.bmm(attn, v)


class Net(nn.Module):
    def __init__(self, d_model: int = 12):
        super().__init__()
        self.src_word_emb = nn.Embedding(15, d_model, padding_idx=0)
        self.attention = ScaledDotProductAttention(d_model)
        self.layer_norm = nn.LayerNorm(d_model)
        self.ffn = nn.Sequential(nn.Linear(d_model, 24), nn.ReLU(), nn.Linear(24, d_model))
        self.tgt_word_proj = nn.Linear(d_model, 15)

    def forward(self, src_seq):
        src_seq = F.pad(src_seq[:, :-1], (0, 1))
        attn_mask = src_seq.eq(0).unsqueeze(1).expand(-1, src_seq.size(1), -1)
        x = self.src_word_emb(src_seq)
        x = self.layer_norm(x + self.attention(x, attn_mask))
        return self.tgt_word_proj(x + self.ffn(x)).log_softmax(dim=-1)[:, :, 2]
