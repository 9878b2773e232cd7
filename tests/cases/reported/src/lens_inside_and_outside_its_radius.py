"""The profile of a gravitational lens has one formula inside its scale radius and one outside

Source: https://github.com/Ciela-Institute/caustics/pull/83
Adapted: the convergence alone, beside a small network for the background
Inputs: 3x8x2; 3x8
Loss: output
Spoils: nan nfw.x0 nfw.log_rs
Codes: NUM603 NUM602
Line: return 1.0 - 2.0 / torch.sqrt(x * x - 1.0) * torch.atan(torch.sqrt((x - 1.0) / (x + 1.0)))
Line: return 1.0 - 2.0 / torch.sqrt(1.0 - x * x) * torch.atanh(torch.sqrt((1.0 - x) / (1.0 + x)))
Line: return torch.where(x > 1.0, self.outside(x), self.inside(x))
Op: aten::sqrt aten::mul aten::where
Module: nfw
Fix: self.outside(x), self.inside(x)) => self.outside(x.clamp(min=1.0001)), self.inside(x.clamp(max=0.9999)))

Where a formula was not chosen it is not a number, and its gradient comes back all the same.
"""

import torch
from torch import nn
from torch.nn import functional as F


class NFW(nn.Module):
    def __init__(self):
        super().__init__()
        self.x0 = nn.Parameter(torch.zeros(2))
        self.log_rs = nn.Parameter(torch.zeros(1))
        self.log_ks = nn.Parameter(torch.zeros(1))

    def outside(self, x):
        return 1.0 - 2.0 / torch.sqrt(x * x - 1.0) * torch.atan(torch.sqrt((x - 1.0) / (x + 1.0)))

    def inside(self, x):
        return 1.0 - 2.0 / torch.sqrt(1.0 - x * x) * torch.atanh(torch.sqrt((1.0 - x) / (1.0 + x)))

    def f(self, x):
        return torch.where(x > 1.0, self.outside(x), self.inside(x))

    def forward(self, positions):
        d = positions - self.x0
        x = torch.sqrt((d * d).sum(dim=-1) + 1e-4) / self.log_rs.exp()
        return 2.0 * self.log_ks.exp() * self.f(x) / (x * x - 1.0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.nfw = NFW()
        self.background = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))

    def forward(self, positions, kappa):
        return F.smooth_l1_loss(self.nfw(positions) + self.background(positions).squeeze(-1), kappa)
