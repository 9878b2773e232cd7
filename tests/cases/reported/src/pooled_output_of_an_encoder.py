"""An encoder gives a pooled vector too, and the decoder only attends to its states

Source: https://github.com/huggingface/transformers/issues/7924
Adapted: one layer each, attention written out
Inputs: 2x5:int64[0,9); 2x4:int64[0,9)
Spoils: none encoder.pooler.*
Codes: PAR204
Line: return hidden, self.pooler(hidden)
Line: memory, pooled = self.encoder(source)
Line: return self.activation(self.dense(hidden[:, 0]))
Op: aten::tanh aten::linear prim::TupleUnpack
Module: encoder.pooler encoder.pooler.activation encoder .
Fix: h = self.decoder_embed(target) => h = self.decoder_embed(target) + pooled.unsqueeze(1)

The pooler is part of the encoder, is called every time, and its answer is thrown away.
"""

import torch
from torch import nn


class Pooler(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 6)
        self.activation = nn.Tanh()

    def forward(self, hidden):
        return self.activation(self.dense(hidden[:, 0]))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(6, 6), nn.Linear(6, 6, bias=False), nn.Linear(6, 6)

    def forward(self, x, memory):
        scores = self.q(x) @ self.k(memory).transpose(1, 2) / 6**0.5
        return x + torch.softmax(scores, dim=-1) @ self.v(memory)


class BertEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = nn.Embedding(9, 6)
        self.layer = Attention()
        self.pooler = Pooler()

    def forward(self, ids):
        x = self.embeddings(ids)
        hidden = self.layer(x, x)
        return hidden, self.pooler(hidden)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = BertEncoder()
        self.decoder_embed = nn.Embedding(9, 6)
        self.cross = Attention()
        self.lm_head = nn.Linear(6, 9)

    def forward(self, source, target):
        memory, pooled = self.encoder(source)
        h = self.decoder_embed(target)
        return self.lm_head(self.cross(h, memory))
