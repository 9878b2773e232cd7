"""Confidences are sorted as Python numbers before they are compared

Source: https://github.com/google-research/fast-soft-sort/issues/7
Adapted: a detector of four candidates; sorted in a list of numbers
Inputs: 3x4x5
Spoils: none conf_head.*
Codes: CUT105
Line: values: List[float] = conf[i].tolist()
Line: rows.append(torch.tensor(values))
Op: aten::tensor prim::tolist
Twin: healthy
Fix: rows.append(torch.tensor(values)) => rows.append(torch.sort(conf[i], descending=True)[0])

What comes back from a list of numbers has their values and nothing of their history.
"""

from typing import List

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(5, 8), nn.ReLU())
        self.conf_head = nn.Linear(8, 1)
        self.box_head = nn.Linear(8, 4)

    def descending(self, conf):
        rows: List[torch.Tensor] = []
        for i in range(conf.size(0)):
            values: List[float] = conf[i].tolist()
            values.sort(reverse=True)
            rows.append(torch.tensor(values))
        return torch.stack(rows)

    def forward(self, candidates):
        h = self.trunk(candidates)
        conf = torch.sigmoid(self.conf_head(h).squeeze(-1))
        return self.descending(conf), self.box_head(h)
