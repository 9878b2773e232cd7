"""A scale network in a ModuleList whose hidden relu starts dead

Source: https://github.com/jvargasmu/population_estimation/issues/68
Adapted: a branch of two, the other one alive
Inputs: 5x4
Spoils: zero scales.0.*
Codes: ZER505
Line: h = self.act(scale(x))
Op: aten::relu
Module: act
Fix: nn.init.constant_(self.scales[0].bias, -30.0) => nn.init.zeros_(self.scales[0].bias)

One branch is off for every sample.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = nn.ModuleList([nn.Linear(4, 3), nn.Linear(4, 3)])
        self.act = nn.ReLU()
        self.out = nn.Linear(3, 2)
        nn.init.constant_(self.scales[0].bias, -30.0)

    def forward(self, x):
        total = x.new_zeros(x.size(0), 3)
        for scale in self.scales:
            h = self.act(scale(x))
            total = total + h
        return self.out(total)
