"""The forward recursion of a random field is traced, and walks as far as the traced sentence was long

Source: https://github.com/kmkurn/pytorch-crf/issues/79
Adapted: the likelihood in place of the decoding
Export: trace 6x2:int64[0,20);6x2:int64[0,4)
Inputs: 4x2:int64[0,20); 4x2:int64[0,4)
Loss: output
Raises: forward: index 4 out of range
Codes: SHP712 SHP710
Line: for i in range(1, seq_length):
Line: score = score + self.transitions[tags[i - 1], tags[i]]
Line: score = score + emissions[i, arange, tags[i]]
Op: prim::Constant aten::select aten::index
Module: crf

The loop was unrolled six words long, and the new sentences have four.
"""

import torch
from torch import nn


class CRF(nn.Module):
    def __init__(self, num_tags: int):
        super().__init__()
        self.start_transitions = nn.Parameter(torch.randn(num_tags) * 0.1)
        self.end_transitions = nn.Parameter(torch.randn(num_tags) * 0.1)
        self.transitions = nn.Parameter(torch.randn(num_tags, num_tags) * 0.1)

    def compute_score(self, emissions, tags):
        seq_length, batch_size = tags.shape
        arange = torch.arange(batch_size, device=tags.device)
        score = self.start_transitions[tags[0]] + emissions[0, arange, tags[0]]
        for i in range(1, seq_length):
            score = score + self.transitions[tags[i - 1], tags[i]]
            score = score + emissions[i, arange, tags[i]]
        return score + self.end_transitions[tags[-1]]

    def compute_normalizer(self, emissions):
        score = self.start_transitions + emissions[0]
        for i in range(1, emissions.size(0)):
            next_score = score.unsqueeze(2) + self.transitions + emissions[i].unsqueeze(1)
            score = torch.logsumexp(next_score, dim=1)
        return torch.logsumexp(score + self.end_transitions, dim=1)

    def forward(self, emissions, tags):
        return (self.compute_score(emissions, tags) - self.compute_normalizer(emissions)).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 8)
        self.hidden2tag = nn.Linear(8, 4)
        self.crf = CRF(4)

    def forward(self, words, tags):
        features, _ = self.lstm(self.embedding(words))
        return -self.crf(self.hidden2tag(features), tags)
