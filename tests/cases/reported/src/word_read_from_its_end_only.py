"""Letters are read in both directions, and one of them is used

Source: https://discuss.pytorch.org/t/concatnation-of-h-t-of-forward-and-h-0-of-backward-in-bidirection-lstm-output/10333
Adapted: a tagger that takes the last of the final states
Inputs: 5x6:int64[0,26); 5:int64[0,40)
Spoils: zero chars.lstm.weight_ih_l0 chars.lstm.weight_hh_l0 chars.lstm.bias_ih_l0 chars.lstm.bias_hh_l0
Codes: PAR204
Line: return h_n[-1]
Op: aten::select
Module: chars
Fix: return h_n[-1] => return h_n[-2] + h_n[-1]

The final states are those of all directions; the last one is that of the reversed letters.
"""

import torch
from torch import nn


class CharEncoder(nn.Module):
    def __init__(self, letters: int, dim: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(letters, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)

    def forward(self, letters):
        output, (h_n, c_n) = self.lstm(self.embedding(letters))
        return h_n[-1]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.chars = CharEncoder(26, 5, 6)
        self.words = nn.Embedding(40, 8)
        self.tags = nn.Linear(14, 4)

    def forward(self, letters, word):
        described = torch.cat([self.words(word), self.chars(letters)], dim=1)
        return self.tags(torch.tanh(described))
