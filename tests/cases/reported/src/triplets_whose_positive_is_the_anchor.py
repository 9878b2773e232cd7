"""A triplet loss by hand meets a positive sentence that is its own anchor

Source: https://github.com/huggingface/sentence-transformers/pull/4033
Adapted: sentences of four words, pooled by their mean
Inputs: [{"shape": [3, 4], "dtype": "int64", "fill": "arange"}, {"shape": [3, 4], "dtype": "int64", "fill": "arange"}, {"shape": [3, 4], "dtype": "int64", "low": 0, "high": 12}]
Loss: output
Spoils: nan *
Codes: NUM602
Line: return torch.sqrt((a - b).square().sum(-1))
Op: aten::sqrt
Twin: healthy
Fix: (a - b).square().sum(-1)) => (a - b).square().sum(-1) + 1e-8)

The distance is zero, where the slope of the root is infinite and that of the square is nothing.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.margin = 5.0
        self.words = nn.Embedding(12, 6)
        self.dense = nn.Sequential(nn.Linear(6, 8), nn.Tanh())

    def encode(self, ids):
        return self.dense(self.words(ids).mean(dim=1))

    def distance(self, a, b):
        return torch.sqrt((a - b).square().sum(-1))

    def forward(self, anchor, positive, negative):
        a, p, n = self.encode(anchor), self.encode(positive), self.encode(negative)
        losses = torch.relu(self.distance(a, p) - self.distance(a, n) + self.margin)
        return losses.mean()
