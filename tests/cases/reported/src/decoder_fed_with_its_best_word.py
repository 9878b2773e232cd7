"""A translator feeds its own best word back, cut off from the graph

Source: https://github.com/pytorch/tutorials/issues/501
Adapted: four words, greedy throughout
Inputs: 3x5:int64[0,7); 3x4:int64[0,7)
Loss: output

An index has no gradient and needs none: the embedding that it picks learns, and so does the state.
"""

import torch
from torch import nn
from torch.nn import functional as F


class EncoderRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 6)
        self.gru = nn.GRU(6, 6, batch_first=True)

    def forward(self, words):
        _, hidden = self.gru(self.embedding(words))
        return hidden[0]


class DecoderRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 6)
        self.gru = nn.GRUCell(6, 6)
        self.out = nn.Linear(6, 7)

    def forward(self, word, hidden):
        hidden = self.gru(torch.relu(self.embedding(word)), hidden)
        return self.out(hidden), hidden


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = EncoderRNN()
        self.decoder = DecoderRNN()

    def forward(self, source, target):
        hidden = self.encoder(source)
        word = torch.zeros(source.size(0), dtype=torch.long)
        loss = torch.zeros(1)
        for di in range(target.size(1)):
            output, hidden = self.decoder(word, hidden)
            topv, topi = output.topk(1)
            word = topi.squeeze(1).detach()
            loss = loss + F.cross_entropy(output, target[:, di])
        return loss.squeeze() / target.size(1)
