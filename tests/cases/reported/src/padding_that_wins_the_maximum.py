"""Padding is filled with a large number before a maximum, as it is to be before a minimum

Source: https://github.com/allenai/allennlp/issues/3378
Adapted: the two fills are mistaken for one another; a mean pool beside them
Inputs: 3x5x4
Spoils: zero pooled.integrator.*
Codes: ZER507
Line: max_masked = encodings.masked_fill(~mask, 20.0)
Line: max_pool = max_masked.max(1)[0]
Op: aten::masked_fill aten::max
Module: pooled
Fix: max_masked = encodings.masked_fill(~mask, 20.0) => max_masked = encodings.masked_fill(~mask, -20.0)

Every sentence has padding at its end, the padding is the largest, and it is a constant.
"""

import torch
from torch import nn


class MaxPooled(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.integrator = nn.Linear(dim, dim)

    def forward(self, x, mask):
        encodings = torch.tanh(self.integrator(x))
        max_masked = encodings.masked_fill(~mask, 20.0)
        max_pool = max_masked.max(1)[0]
        return max_pool


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(4, 6, batch_first=True)
        self.pooled = MaxPooled(6)
        self.output = nn.Linear(12, 3)

    def forward(self, text):
        lengths = torch.tensor([4, 2, 3])
        mask = (torch.arange(text.size(1)).unsqueeze(0) < lengths.unsqueeze(1)).unsqueeze(-1)
        encoded, _ = self.encoder(text)
        mean_pool = (encoded * mask).sum(1) / lengths.unsqueeze(1)
        return self.output(torch.cat([self.pooled(encoded, mask), mean_pool], dim=1))
