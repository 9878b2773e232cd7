"""Clicks of parallel sessions are followed, and those that have just begun lose their state

Source: https://github.com/hungpthanh/GRU4REC-pytorch/issues/2
Adapted: the loop over the clicks is in the model; every session of the batch is a new one
Inputs: [{"shape": [3, 5], "dtype": "int64", "low": 0, "high": 20}, {"shape": [3], "fill": "ones"}]
Loss: mean
Spoils: zero gru.weight_hh
Codes: ZER507 ZER506
Line: hidden = hidden * (1.0 - mask).unsqueeze(1)
Op: aten::mul
Fix: hidden = hidden * (1.0 - mask).unsqueeze(1) => hidden = hidden * (1.0 - mask).unsqueeze(1) if t == 0 else hidden

The mask of the first click is applied to all that follow: the state is zero each time it meets its weights.
"""

from typing import List

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(20, 8)
        self.gru = nn.GRUCell(8, 6)
        self.h2o = nn.Linear(6, 20)

    def forward(self, input, mask):
        hidden = torch.zeros(input.size(0), 6)
        logits: List[torch.Tensor] = []
        for t in range(input.size(1)):
            hidden = hidden * (1.0 - mask).unsqueeze(1)
            hidden = self.gru(self.emb(input[:, t]), hidden)
            logits.append(torch.tanh(self.h2o(hidden)))
        return torch.stack(logits, dim=1)
