"""The concentration of a von Mises distribution is normalised by a Bessel function without derivative

Source: https://docs.pytorch.org/docs/stable/special.html#torch.special.modified_bessel_i0
Adapted: heading of a vehicle from a few features
Inputs: 6x5; 6
Loss: output
Spoils: wrong trunk.* concentration.*
Codes: CUT108 BWD404 CUT103
Line: log_norm = torch.log(torch.special.modified_bessel_i0(kappa))
Op: aten::special_modified_bessel_i0
Module: .
Fix: torch.special.modified_bessel_i0(kappa) => torch.special.i0(kappa)

The normaliser has no history: nothing holds the concentration back.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(5, 8)
        self.direction = nn.Linear(8, 1)
        self.concentration = nn.Linear(8, 1)

    def forward(self, x, angle):
        h = torch.tanh(self.trunk(x))
        mean = self.direction(h).squeeze(1)
        kappa = F.softplus(self.concentration(h).squeeze(1))
        log_norm = torch.log(torch.special.modified_bessel_i0(kappa))
        return (log_norm - kappa * torch.cos(angle - mean)).mean()
