"""A bridge between encoder and decoder views the states of all layers as rows, and each row holds two sentences

Source: https://github.com/OpenNMT/OpenNMT-py/issues/1521
Adapted: small sizes
Inputs: 3x7:int64[0,15); 3x5:int64[0,12)
Spoils: wrong
Codes: SHP718 SHP719
Line: result = F.linear(states.view(-1, self.total_hidden_dim), weight, bias)
Op: aten::view
Module: encoder
Twin: healthy
Fix: F.linear(states.view(-1, self.total_hidden_dim), weight, bias) => F.linear(states.transpose(0, 1).reshape(-1, self.total_hidden_dim), weight, bias).view(size[1], size[0], size[2]).transpose(0, 1).contiguous()

The states are (layers, sentences, width); the layers of one sentence do not lie side by side.
"""

import torch
from torch import nn
from torch.nn import functional as F


class RNNEncoder(nn.Module):
    def __init__(self, vocab: int, dim: int, num_layers: int):
        super().__init__()
        self.embeddings = nn.Embedding(vocab, dim)
        self.rnn = nn.LSTM(dim, dim, num_layers, batch_first=True)
        self.total_hidden_dim = dim * num_layers
        self.bridge_h = nn.Linear(self.total_hidden_dim, self.total_hidden_dim)
        self.bridge_c = nn.Linear(self.total_hidden_dim, self.total_hidden_dim)

    def bottle(self, weight, bias, states):
        size = states.size()
        result = F.linear(states.view(-1, self.total_hidden_dim), weight, bias)
        return F.relu(result).view(size)

    def forward(self, src):
        _, (h, c) = self.rnn(self.embeddings(src))
        return (
            self.bottle(self.bridge_h.weight, self.bridge_h.bias, h),
            self.bottle(self.bridge_c.weight, self.bridge_c.bias, c),
        )


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = RNNEncoder(15, 8, 2)
        self.tgt_embeddings = nn.Embedding(12, 8)
        self.decoder = nn.LSTM(8, 8, 2, batch_first=True)
        self.generator = nn.Linear(8, 12)

    def forward(self, src, tgt):
        states = self.encoder(src)
        out, _ = self.decoder(self.tgt_embeddings(tgt), states)
        return F.log_softmax(self.generator(out), dim=-1)
