"""A decoder joins word and context for a recurrent layer of half the width, and picks the context by its largest score

Source: https://github.com/spro/practical-pytorch/issues/133
Adapted: the hard choice of one encoder output is added
Inputs: 3:int64[0,15); 1x3x8; 3x7x8
Raises: forward: input.size(-1) must be equal to input_size. Expected 8, got 16
Codes: SHP711
Line: output, hidden = self.gru(rnn_input, last_hidden)
Line: self.gru = nn.GRU(hidden_size, hidden_size)
Line: rnn_input = torch.cat((word_embedded, context), 2)
Op: aten::gru
Module: gru
Fix: nn.GRU(hidden_size, hidden_size) => nn.GRU(hidden_size * 2, hidden_size)
Fix: encoder_outputs[torch.arange(encoder_outputs.size(0)), energies.argmax(dim=1)] => torch.bmm(torch.softmax(energies, dim=1).unsqueeze(1), encoder_outputs).squeeze(1)
Later: CUT103 | aten::argmax | . | context = encoder_outputs[torch.arange(encoder_outputs.size(0)), energies.argmax(dim=1)] | spoils none attn.* v

Behind it, an index carries no gradient to what scored it.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        hidden_size = 8
        self.embedding = nn.Embedding(15, hidden_size)
        self.attn = nn.Linear(hidden_size * 2, hidden_size)
        self.v = nn.Parameter(torch.randn(hidden_size) * 0.3)
        self.gru = nn.GRU(hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size * 2, 15)

    def forward(self, word_input, last_hidden, encoder_outputs):
        word_embedded = self.embedding(word_input).unsqueeze(0)
        query = last_hidden[-1].unsqueeze(1).expand(-1, encoder_outputs.size(1), -1)
        energies = torch.matmul(torch.tanh(self.attn(torch.cat((query, encoder_outputs), 2))), self.v)
        context = encoder_outputs[torch.arange(encoder_outputs.size(0)), energies.argmax(dim=1)]
        context = context.unsqueeze(0)
        rnn_input = torch.cat((word_embedded, context), 2)
        output, hidden = self.gru(rnn_input, last_hidden)
        return self.out(torch.cat((output[0], context[0]), 1))
