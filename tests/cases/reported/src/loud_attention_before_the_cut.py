"""A head with a stop-gradient that is meant, and one that is not

Source: https://github.com/jason718/game-feature-learning/issues/3
Adapted: a momentum target with its own detach stands before the cut
Inputs: 4x6
Loss: output
Spoils: none encoder.*
Codes: CUT101
Line: h = self.encoder(x).detach()
Op: aten::detach
Fix: self.encoder(x).detach() => self.encoder(x)

The target's detach is right: without the other one everything learns.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 8), nn.Tanh())
        self.project = nn.Linear(8, 4)
        self.predict = nn.Linear(4, 4)

    def forward(self, x):
        h = self.encoder(x).detach()
        z = self.project(h)
        target = z.detach()
        return F.mse_loss(self.predict(z), target) + z.pow(2).mean()
