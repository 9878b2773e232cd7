"""A language model whose recurrence takes the batch first, with states that have it second

Source: https://github.com/yunjey/pytorch-tutorial/issues/73
Adapted: traced with two sentences of five words, sent three of seven
Export: trace 2x5:int64[0,13)
Inputs: 3x7:int64[0,13)

batch_first concerns the input and the output; a state is (layers, batch, features) all the same.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(13, 6)
        self.lstm = nn.LSTM(6, 8, num_layers=2, batch_first=True)
        self.linear = nn.Linear(8, 13)

    def forward(self, x):
        emb = self.embed(x)
        h = torch.zeros(2, x.size(0), 8, device=x.device)
        out, _ = self.lstm(emb, (h, h))
        out = out.reshape(out.size(0) * out.size(1), out.size(2))
        return torch.log_softmax(self.linear(out), dim=-1)
