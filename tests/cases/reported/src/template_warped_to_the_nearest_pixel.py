"""A regressed homography warps a template, and the warper takes the nearest pixel

Source: https://github.com/kornia/kornia/issues/827
Adapted: a small encoder, the warper by hand
Inputs: 3x3x12x12; 3x1x10x10
Loss: output
Spoils: zero encoder.* reg.*
Codes: ZER501
Line: return F.grid_sample(patch, xy.view(-1, self.h, self.w, 2), mode=self.mode, align_corners=True)
Line: self.warper = HomographyWarper(10, 10, mode="nearest")
Op: aten::grid_sampler
Module: warper
Fix: mode="nearest") => mode="bilinear")

Which pixel is nearest does not change when the grid moves a little.
"""

import torch
from torch import nn
from torch.nn import functional as F


class HomographyWarper(nn.Module):
    def __init__(self, h: int, w: int, mode: str = "bilinear"):
        super().__init__()
        self.h, self.w, self.mode = h, w, mode
        ys, xs = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
        self.register_buffer("grid", torch.stack([xs, ys, torch.ones_like(xs)], -1).view(1, h * w, 3))

    def forward(self, patch, homography):
        points = torch.matmul(self.grid, homography.transpose(1, 2))
        xy = points[..., :2] / points[..., 2:]
        return F.grid_sample(patch, xy.view(-1, self.h, self.w, 2), mode=self.mode, align_corners=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("template", torch.rand(1, 1, 10, 10))
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2), nn.ReLU(), nn.Flatten()
        )
        self.reg = nn.Sequential(nn.Linear(8 * 2 * 2, 16), nn.ReLU(), nn.Linear(16, 9))
        self.warper = HomographyWarper(10, 10, mode="nearest")
        with torch.no_grad():
            self.reg[2].weight.mul_(0.1)
            self.reg[2].bias.copy_(torch.eye(3).flatten())

    def forward(self, x, target):
        theta = self.reg(self.encoder(x)).view(-1, 3, 3)
        warped = self.warper(self.template.expand(x.size(0), -1, -1, -1), theta)
        return F.mse_loss(warped, target)
