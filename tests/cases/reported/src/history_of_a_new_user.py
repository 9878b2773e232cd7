"""The attention over a history that is all padding is set to zero after the softmax

Source: https://github.com/THUwangcy/ReChorus/issues/8
Adapted: the mend that the maintainer proposed; one user has no history
Inputs: [{"shape": [3, 4], "dtype": "int64", "low": 1, "high": 9}, {"shape": [3], "dtype": "int64", "low": 1, "high": 9}, {"shape": [3], "dtype": "int64", "fill": "arange"}]
Loss: mean
Benign: key.bias

The NaN of the empty row is masked above, and its gradient by the mask below: nothing comes through.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, items: int = 9, dim: int = 8):
        super().__init__()
        self.item = nn.Embedding(items, dim)
        self.position = nn.Embedding(4, dim)
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)

    def forward(self, history, candidate, length):
        valid = torch.arange(history.size(1)).unsqueeze(0)
        mask = valid >= length.unsqueeze(1)
        h = self.item(history) + self.position(valid)
        scores = self.query(h) @ self.key(h).transpose(1, 2) / 8.0 ** 0.5
        scores = scores.masked_fill(mask.unsqueeze(1), float("-inf"))
        scores = torch.softmax(scores, dim=-1)
        scores = scores.masked_fill(torch.isnan(scores), 0.0)
        user = (scores @ self.value(h)).sum(dim=1)
        return (user * self.item(candidate)).sum(dim=1)
