"""A block computes its layer and goes on with what came in

Source: https://github.com/state-spaces/s4/pull/30
Adapted: a linear layer instead of a state space model
Inputs: 3x5x8
Spoils: none layer.*
Codes: PAR204
Line: y = F.gelu(self.layer(self.norm(x)))
Op: aten::linear
Module: layer
Twin: healthy
Fix: return self.head(torch.relu(x)) => return self.head(torch.relu(y))

Without a residual, the result of the layer has no reader.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8, elementwise_affine=False)
        self.layer = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        x = torch.tanh(self.stem(x))
        y = F.gelu(self.layer(self.norm(x)))
        return self.head(torch.relu(x))
