"""Relations between regions are computed from detached features, beside the residual way

Source: https://github.com/Cadene/murel.bootstrap.pytorch/issues/7
Adapted: four regions with boxes
Inputs: 2x4x6; 2x4x4

The relation layers learn, and the features learn through the sum that they are added to.
"""

import torch
from torch import nn


class Pairwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.f_coord = nn.Linear(8, 6)
        self.f_mm = nn.Linear(12, 6)

    def pairs(self, x):
        n = x.size(1)
        left = x.unsqueeze(2).expand(-1, n, n, x.size(2))
        return torch.cat([left, left.transpose(1, 2)], dim=-1)

    def forward(self, mm, coords):
        relations = torch.tanh(self.f_coord(self.pairs(coords))) * self.f_mm(self.pairs(mm.detach()))
        return mm + relations.max(dim=2)[0]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fusion = nn.Linear(6, 6)
        self.pairwise = Pairwise()
        self.classif = nn.Linear(6, 3)

    def forward(self, visual, coords):
        mm = torch.tanh(self.fusion(visual))
        mm = self.pairwise(mm, coords)
        return self.classif(mm.max(dim=1)[0])
