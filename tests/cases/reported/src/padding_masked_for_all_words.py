"""A chatbot's loss is a column, and is masked with a row

Source: https://github.com/pytorch/tutorials/issues/383
Adapted: one GRU for each side, words given, the token 0 is padding
Inputs: 6x4:int64[0,12); 5x4:int64[0,5)
Loss: output
Spoils: wrong
Codes: SHP707 SHP713
Line: cross_entropy = -torch.log(torch.gather(inp, 1, target.view(-1, 1)))
Line: return cross_entropy.masked_select(mask).mean()
Op: aten::masked_select aten::gather aten::view
Twin: healthy
Fix: torch.gather(inp, 1, target.view(-1, 1))) => torch.gather(inp, 1, target.view(-1, 1)).squeeze(1))

(N, 1) masked with (N,) is (N, N): the loss of a padded word counts as often as that of any other.
"""

import torch
from torch import nn


class DecoderRNN(nn.Module):
    def __init__(self, vocab: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab, hidden)
        self.gru = nn.GRU(hidden, hidden)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, input_step, last_hidden):
        rnn_output, hidden = self.gru(self.embedding(input_step).unsqueeze(0), last_hidden)
        return torch.softmax(self.out(rnn_output.squeeze(0)), dim=1), hidden


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.encoder = nn.GRU(8, 8)
        self.decoder = DecoderRNN(12, 8)

    def mask_nll_loss(self, inp, target, mask):
        cross_entropy = -torch.log(torch.gather(inp, 1, target.view(-1, 1)))
        return cross_entropy.masked_select(mask).mean()

    def forward(self, input_variable, target_variable):
        _, hidden = self.encoder(self.embedding(input_variable))
        mask = target_variable != 0
        decoder_input = torch.ones_like(target_variable[0])
        loss = torch.zeros(1)
        for t in range(target_variable.size(0)):
            output, hidden = self.decoder(decoder_input, hidden)
            decoder_input = target_variable[t]
            loss = loss + self.mask_nll_loss(output, target_variable[t], mask[t])
        return loss.sum() / target_variable.size(0)
