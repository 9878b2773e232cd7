"""Token types are kept for a maximal length that a text exceeds

Source: https://github.com/yl4579/StyleTTS2/issues/116
Adapted: a maximum of eight
Inputs: 2x11:int64[0,20)
Raises: forward: must match the existing size (8) at non-singleton dimension 1
Codes: SHP706
Line: types = self.types.expand(ids.size(0), ids.size(1))
Op: aten::expand
Module: embeddings
Fix: torch.zeros(1, 8, dtype=torch.long) => torch.zeros(1, 1, dtype=torch.long)

A dimension of eight cannot be expanded to eleven.
"""

import torch
from torch import nn


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 4)
        self.kinds = nn.Embedding(2, 4)
        self.register_buffer("types", torch.zeros(1, 8, dtype=torch.long))

    def forward(self, ids):
        types = self.types.expand(ids.size(0), ids.size(1))
        return self.words(ids) + self.kinds(types)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = Embeddings()
        self.out = nn.Linear(4, 3)

    def forward(self, ids):
        return self.out(self.embeddings(ids))
