"""A state that was already cut into two directions gets one more dimension before the decoder

Source: https://github.com/timbmg/Sentence-VAE/issues/35
Adapted: the decoding of a batch with its words given
Inputs: 4x6:int64[0,20); 4x5
Raises: forward: For batched 3-D input, hx should also be 3-D but got 4-D tensor
Codes: SHP711 SHP703
Line: hidden = hidden.unsqueeze(0)
Line: outputs, _ = self.decoder_rnn(input_embedding, hidden)
Op: aten::unsqueeze aten::gru
Module: . decoder_rnn
Fix: hidden = hidden.unsqueeze(0) => pass

(2, 4, 8) was meant, and (1, 2, 4, 8) is given; only a decoder of one direction needs the dimension.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden_size = 8
        self.hidden_factor = 2
        self.embedding = nn.Embedding(20, 10)
        self.encoder_rnn = nn.GRU(10, 8, bidirectional=True, batch_first=True)
        self.hidden2mean = nn.Linear(16, 5)
        self.hidden2logv = nn.Linear(16, 5)
        self.latent2hidden = nn.Linear(5, 16)
        self.decoder_rnn = nn.GRU(10, 8, bidirectional=True, batch_first=True)
        self.outputs2vocab = nn.Linear(16, 20)

    def forward(self, input_sequence, noise):
        batch_size = input_sequence.size(0)
        input_embedding = self.embedding(input_sequence)
        _, hidden = self.encoder_rnn(input_embedding)
        hidden = hidden.transpose(0, 1).reshape(batch_size, self.hidden_size * self.hidden_factor)
        mean, logv = self.hidden2mean(hidden), self.hidden2logv(hidden)
        z = noise * torch.exp(0.5 * logv) + mean
        hidden = self.latent2hidden(z)
        hidden = hidden.view(batch_size, self.hidden_factor, self.hidden_size).transpose(0, 1).contiguous()
        hidden = hidden.unsqueeze(0)
        outputs, _ = self.decoder_rnn(input_embedding, hidden)
        return torch.log_softmax(self.outputs2vocab(outputs), dim=-1)
