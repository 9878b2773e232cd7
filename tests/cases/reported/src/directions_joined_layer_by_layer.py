"""The states of two directions are viewed, transposed and joined for a decoder of one

Source: https://github.com/OpenNMT/OpenNMT-py/issues/61
Adapted: two layers, words given
Inputs: 3x6:int64[0,16); 3x4:int64[0,16)

Directions alternate within layers, so that a view parts them, and the batch is moved before the second view.
"""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_lut = nn.Embedding(16, 6)
        self.rnn = nn.LSTM(6, 5, num_layers=2, bidirectional=True)

    def forward(self, src):
        return self.rnn(self.word_lut(src.t()))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_lut = nn.Embedding(16, 6)
        self.rnn = nn.LSTM(6, 10, num_layers=2)
        self.linear_in = nn.Linear(10, 10, bias=False)
        self.linear_out = nn.Linear(20, 10)

    def forward(self, tgt, h, c, context):
        out, _ = self.rnn(self.word_lut(tgt.t()), (h, c))
        out, context = out.transpose(0, 1), context.transpose(0, 1)
        attn = (self.linear_in(out) @ context.transpose(1, 2)).softmax(-1) @ context
        return self.linear_out(torch.cat((attn, out), dim=-1)).tanh()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.generator = nn.Linear(10, 16)

    def _fix_enc_hidden(self, h):
        layers, batch, dim = h.size(0) // 2, h.size(1), h.size(2)
        return h.view(layers, 2, batch, dim).transpose(1, 2).contiguous().view(layers, batch, dim * 2)

    def forward(self, src, tgt):
        context, (h, c) = self.encoder(src)
        out = self.decoder(tgt, self._fix_enc_hidden(h), self._fix_enc_hidden(c), context)
        return self.generator(out).log_softmax(-1)
