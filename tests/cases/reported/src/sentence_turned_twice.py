"""A sentence is turned for a recurrence, turned back, and turned once more to be pooled over its words

Source: https://github.com/AnubhavGupta3377/Text-Classification-Models-Pytorch/issues/8
Adapted: thirty words, two classes
Inputs: 4x9:int64[0,30)
Loss: mean

Words first for an LSTM that is not batch_first, samples first for the linear layer, features before words for the pool;
squeeze(2) takes the axis that was pooled, and no other.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, vocab_size: int = 30, embed_size: int = 6, hidden_size: int = 5):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, embed_size)
        self.lstm = nn.LSTM(embed_size, hidden_size, bidirectional=True)
        self.W = nn.Linear(embed_size + 2 * hidden_size, 12)
        self.fc = nn.Linear(12, 2)

    def forward(self, x):
        embedded_sent = self.embeddings(x).permute(1, 0, 2)
        lstm_out, _ = self.lstm(embedded_sent)
        input_features = torch.cat([lstm_out, embedded_sent], 2).permute(1, 0, 2)
        linear_output = torch.tanh(self.W(input_features))
        linear_output = linear_output.permute(0, 2, 1)
        max_out_features = F.max_pool1d(linear_output, linear_output.size(2)).squeeze(2)
        return self.fc(max_out_features)
