"""A text generator embeds (batch, sequence), and its recurrence runs along the batch

Source: https://github.com/closeheat/pytorch-lstm-text-generation-tutorial/issues/3
Adapted: without the states that are carried on, and without dropout
Inputs: 4x7:int64[0,25); 4x7:int64[0,25)
Loss: output
Spoils: wrong
Codes: SHP716 SHP711
Line: output, state = self.lstm(embed)
Line: self.lstm = nn.LSTM(input_size=self.lstm_size, hidden_size=self.lstm_size, num_layers=self.num_layers)
Op: aten::lstm
Module: lstm
Fix: num_layers=self.num_layers) => num_layers=self.num_layers, batch_first=True)

The four sentences are taken for four steps, and a word sees the words at its place in the sentences before.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm_size = 12
        self.embedding_dim = 12
        self.num_layers = 2
        n_vocab = 25
        self.embedding = nn.Embedding(num_embeddings=n_vocab, embedding_dim=self.embedding_dim)
        self.lstm = nn.LSTM(input_size=self.lstm_size, hidden_size=self.lstm_size, num_layers=self.num_layers)
        self.fc = nn.Linear(self.lstm_size, n_vocab)

    def forward(self, x, y):
        batch_size, sequence_length = x.shape
        embed = self.embedding(x)
        output, state = self.lstm(embed)
        logits = self.fc(output)
        return F.cross_entropy(logits.view(batch_size * sequence_length, -1), y.view(-1))
