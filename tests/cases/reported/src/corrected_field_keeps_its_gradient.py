"""A corrector forces a field to be positive and keeps the gradient of what it corrected

Source: https://github.com/ai2cm/ace/pull/1322
Adapted: one variable, one step, rainfall that starts far below zero
Inputs: [{"shape": [3, 4, 5, 5]}]
Loss: output

The clamp itself passes nothing, and is not asked to: the difference it makes is added as a constant.
"""

from typing import Dict

import torch
from torch import nn
from torch.nn import functional as F


def straight_through(x: torch.Tensor, new_value: torch.Tensor):
    return x + (new_value - x).detach()


class Corrector(nn.Module):
    def forward(self, gen: Dict[str, torch.Tensor]):
        rain = gen["rain"]
        gen["rain"] = straight_through(rain, rain.clamp(min=0.0))
        return gen


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(4, 8, 3, padding=1)
        self.rain = nn.Conv2d(8, 1, 1)
        self.wind = nn.Conv2d(8, 2, 1)
        self.corrector = Corrector()
        nn.init.constant_(self.rain.bias, -20.0)

    def forward(self, state):
        h = torch.relu(self.encoder(state))
        gen = self.corrector({"rain": self.rain(h), "wind": self.wind(h)})
        return F.mse_loss(gen["rain"], state[:, :1].abs()) + F.mse_loss(gen["wind"], state[:, 1:3])
