"""Sums of words are divided by counts without their axis, and the label of a review has no axis either

Source: https://github.com/asappresearch/flambe/issues/164
Adapted: the label and its loss are added, as in https://github.com/yuji-roh/fairbatch/pull/2
Inputs: 3x7:int64[0,9); 3:int64[0,2)
Loss: output
Raises: forward: The size of tensor a (8) must match the size of tensor b (3) at non-singleton dimension 1
Codes: SHP706
Line: value_count = padding_mask.sum(dim=1)
Line: return data / value_count
Op: aten::div aten::sum
Module: pooling
Fix: padding_mask.sum(dim=1) => padding_mask.sum(dim=1, keepdim=True)
Fix: label.float() => label.float().unsqueeze(1)
Later: SHP713 | aten::binary_cross_entropy | criterion | return self.criterion(score, label.float()) | raises forward: Using a target size ([3]) that is different to the input size ([3, 1]) is deprecated

(N, features) over (N,), and then (N, 1) against (N,).
"""

import torch
from torch import nn


class AvgPooling(nn.Module):
    def forward(self, data, padding_mask):
        value_count = padding_mask.sum(dim=1)
        data = (data * padding_mask.unsqueeze(2)).sum(dim=1)
        return data / value_count


class Encoder(nn.Module):
    def __init__(self, vocab: int, dim: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)

    def forward(self, tokens):
        out, _ = self.rnn(self.embedding(tokens))
        return out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder(10, 8)
        self.pooling = AvgPooling()
        self.output_layer = nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())
        self.criterion = nn.BCELoss()

    def forward(self, tokens, label):
        padding_mask = (tokens != 0).float()
        encoding = self.encoder(tokens)
        score = self.output_layer(self.pooling(encoding, padding_mask))
        return self.criterion(score, label.float())
