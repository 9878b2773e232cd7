"""Points further away than a learnt radius are left out of the loss

Source: https://discuss.pytorch.org/t/optimize-masking-parameter/204381
Adapted: the residuals of a denoised point cloud
Inputs: 2x20x3; 2x20x3
Loss: output
Spoils: none radius
Codes: CUT103
Line: inside = residual < self.radius
Line: return residual[inside].mean()
Op: aten::lt
Fix: return residual[inside].mean() => return (residual * torch.sigmoid(self.radius - residual)).mean()

Which points are inside is a comparison, and that is all that the radius does.
"""

import torch
from torch import nn


class Denoiser(nn.Module):
    def __init__(self, width: int = 16):
        super().__init__()
        self.local = nn.Sequential(nn.Linear(3, width), nn.GELU())
        self.shift = nn.Linear(2 * width, 3)

    def forward(self, points):
        h = self.local(points)
        around = h.amax(dim=1, keepdim=True).expand_as(h)
        return points + self.shift(torch.cat([h, around], dim=-1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.denoiser = Denoiser()
        self.radius = nn.Parameter(torch.tensor(4.0))

    def forward(self, noisy, clean):
        moved = self.denoiser(noisy)
        residual = (moved - clean).norm(p=2, dim=-1)
        inside = residual < self.radius
        return residual[inside].mean()
