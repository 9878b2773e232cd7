"""The states of both directions are put one under the other before a view joins them

Source: https://github.com/facebookresearch/fairseq/issues/239
Adapted: two small layers, no padding
Inputs: 3x7:int64[0,20); 3x5:int64[0,20)
Spoils: wrong
Codes: SHP719 SHP718
Line: both = torch.cat([outs[2 * i], outs[2 * i + 1]], dim=0).view(bsz, self.output_units)
Op: aten::view aten::cat
Module: encoder
Twin: healthy
Fix: dim=0).view => dim=1).view

Along the batch the view joins two sentences of one direction, and not two directions of one sentence.
"""

from typing import List

import torch
from torch import Tensor, nn


class LSTMEncoder(nn.Module):
    def __init__(self, vocab: int, embed_dim: int, hidden: int, num_layers: int):
        super().__init__()
        self.num_layers = num_layers
        self.output_units = 2 * hidden
        self.embed_tokens = nn.Embedding(vocab, embed_dim)
        self.lstm = nn.LSTM(embed_dim, hidden, num_layers, bidirectional=True)

    def combine_bidir(self, outs, bsz: int):
        joined: List[Tensor] = []
        for i in range(self.num_layers):
            both = torch.cat([outs[2 * i], outs[2 * i + 1]], dim=0).view(bsz, self.output_units)
            joined.append(both)
        return torch.stack(joined)

    def forward(self, src_tokens):
        bsz = src_tokens.size(0)
        x = self.embed_tokens(src_tokens).transpose(0, 1)
        _, (final_hiddens, final_cells) = self.lstm(x)
        return self.combine_bidir(final_hiddens, bsz), self.combine_bidir(final_cells, bsz)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = LSTMEncoder(20, 6, 5, 2)
        self.embed_tokens = nn.Embedding(20, 6)
        self.decoder = nn.LSTM(6, 10, 2)
        self.fc_out = nn.Linear(10, 20)

    def forward(self, src_tokens, prev_output_tokens):
        hiddens, cells = self.encoder(src_tokens)
        x = self.embed_tokens(prev_output_tokens).transpose(0, 1)
        x, _ = self.decoder(x, (hiddens, cells))
        return self.fc_out(x).transpose(0, 1)
