"""Multi-scale similarity raises a structure term to a fraction, and it is negative

Source: https://github.com/VainF/pytorch-msssim/issues/7
Adapted: three scales, means instead of a Gaussian window; the reconstruction starts as the negative of its image
Inputs: [{"shape": [2, 3, 16, 16], "fill": "uniform"}]
Loss: output
Spoils: nan decoder.*
Codes: NUM601
Line: msssim = torch.prod(torch.stack(mcs) ** weights.view(-1, 1, 1), dim=0)
Op: aten::pow
Module: .
Fix: torch.stack(mcs) ** => ((torch.stack(mcs) + 1) / 2) **

The structure of anti-correlated images is below zero, and its fractional power is no real number.
"""

from typing import List

import torch
from torch import nn
from torch.nn import functional as F


def contrast_structure(x: torch.Tensor, y: torch.Tensor):
    mu_x, mu_y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    sigma_x = F.avg_pool2d(x * x, 2) - mu_x * mu_x
    sigma_y = F.avg_pool2d(y * y, 2) - mu_y * mu_y
    sigma_xy = F.avg_pool2d(x * y, 2) - mu_x * mu_y
    cs = (2 * sigma_xy + 1e-3) / (sigma_x + sigma_y + 1e-3)
    return cs.flatten(2).mean(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.decoder = nn.Conv2d(3, 3, 3, padding=1)
        with torch.no_grad():
            self.decoder.weight.zero_()
            for c in range(3):
                self.decoder.weight[c, c, 1, 1] = -1.0
            self.decoder.bias.fill_(1.0)
        self.register_buffer("weights", torch.tensor([0.0448, 0.2856, 0.3001]))

    def forward(self, image):
        y = self.decoder(image)
        x = image
        weights = self.weights
        mcs: List[torch.Tensor] = []
        for _ in range(weights.size(0)):
            mcs.append(contrast_structure(x, y))
            x = F.avg_pool2d(x, 2)
            y = F.avg_pool2d(y, 2)
        msssim = torch.prod(torch.stack(mcs) ** weights.view(-1, 1, 1), dim=0)
        return 1 - msssim.mean()
