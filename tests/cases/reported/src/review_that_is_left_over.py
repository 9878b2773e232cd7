"""A state that has no layer axis any more is squeezed for it, and the last batch is a single review

Source: https://github.com/bentrevett/pytorch-sentiment-analysis/issues/41
Adapted: the loss inside, no dropout
Inputs: 7x1:int64[0,30); 1
Loss: output
Raises: forward: Dimension out of range (expected to be in range of [-1, 0], but got 1)
Codes: SHP720
Line: return self.fc(hidden.squeeze(0))
Line: predictions = self.rnn(text).squeeze(1)
Op: aten::squeeze
Module: rnn .
Twin: healthy
Fix: self.fc(hidden.squeeze(0)) => self.fc(hidden)

Both directions are joined as (batch, features); with one review the first axis is the batch of one.
"""

import torch
from torch import nn


class RNN(nn.Module):
    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.rnn = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, bidirectional=True)
        self.fc = nn.Linear(hidden_dim * 2, 1)

    def forward(self, text):
        embedded = self.embedding(text)
        output, (hidden, cell) = self.rnn(embedded)
        hidden = torch.cat((hidden[-2], hidden[-1]), dim=1)
        return self.fc(hidden.squeeze(0))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = RNN(30, 6, 5)
        self.criterion = nn.BCEWithLogitsLoss()

    def forward(self, text, label):
        predictions = self.rnn(text).squeeze(1)
        return self.criterion(predictions, torch.sigmoid(label))
