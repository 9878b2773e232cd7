"""A decoder views its word as one step of one sample, and there are three samples

Source: https://github.com/spro/practical-pytorch/issues/136
Adapted: the attention of the report, additive
Inputs: 3:int64[0,14); 5x3x6
Raises: forward: Sizes of tensors must match except in dimension 2. Expected size 1 but got size 3 for tensor number 1 in the list.
Codes: SHP718 SHP704 SHP705
Line: word_embedded = self.embedding(word_input).view(1, 1, -1)
Line: rnn_input = torch.cat((word_embedded, context), 2)
Op: aten::view aten::cat
Module: decoder
Benign: decoder.attn.bias decoder.gru.weight_hh_l0
Fix: .view(1, 1, -1) => .view(1, word_input.size(0), -1)

The view makes one long word of three.
"""

import torch
from torch import nn


class BahdanauAttnDecoderRNN(nn.Module):
    def __init__(self, hidden_size: int, output_size: int):
        super().__init__()
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.attn = nn.Linear(hidden_size, 1)
        self.gru = nn.GRU(hidden_size * 2, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, word_input, encoder_outputs):
        word_embedded = self.embedding(word_input).view(1, 1, -1)
        weights = torch.softmax(self.attn(torch.tanh(encoder_outputs)), dim=0)
        context = (weights * encoder_outputs).sum(dim=0, keepdim=True)
        rnn_input = torch.cat((word_embedded, context), 2)
        output, _ = self.gru(rnn_input)
        return torch.log_softmax(self.out(output.squeeze(0)), dim=-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(6, 6)
        self.decoder = BahdanauAttnDecoderRNN(6, 14)

    def forward(self, word, source):
        memory, _ = self.encoder(source)
        return self.decoder(word, memory)
