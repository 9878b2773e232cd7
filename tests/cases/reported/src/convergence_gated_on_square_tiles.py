"""The loss of a lensing map keeps its band, and its gate has none

Source: https://github.com/prob-ml/bliss/pull/1063
Adapted: one catalogue of 5x5 tiles, a small network, a Gaussian likelihood by hand
Inputs: 1x2x10x10; 1x5x5x1
Loss: output
Spoils: wrong
Codes: SHP707
Line: return (nll * gate).sum() / gate.sum()
Line: nll = 0.5 * ((convergence - loc) / scale) ** 2 + torch.log(scale)
Line: gate = (convergence.squeeze(-1).abs() < self.cutoff).float()
Op: aten::mul aten::squeeze
Module: factor
Twin: healthy
Fix: (nll * gate).sum() => (nll.squeeze(-1) * gate).sum()

(1, 5, 5, 1) times (1, 5, 5) is (1, 5, 5, 5): every tile is gated by a whole row of tiles.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ConvergenceFactor(nn.Module):
    def __init__(self, cutoff: float):
        super().__init__()
        self.cutoff = cutoff

    def forward(self, params, convergence):
        loc = params[..., :1]
        scale = F.softplus(params[..., 1:]) + 0.05
        nll = 0.5 * ((convergence - loc) / scale) ** 2 + torch.log(scale)
        gate = (convergence.squeeze(-1).abs() < self.cutoff).float()
        return (nll * gate).sum() / gate.sum()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(2, 8, 3, padding=1), nn.SiLU(), nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.SiLU()
        )
        self.to_params = nn.Conv2d(8, 2, 1)
        self.factor = ConvergenceFactor(1.0)

    def forward(self, shear, convergence):
        tiles = self.to_params(self.features(shear))
        return self.factor(tiles.permute(0, 2, 3, 1), convergence)
