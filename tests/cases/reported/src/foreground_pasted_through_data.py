"""A background and a sprite are blended from their values, and the canvas is declared a leaf

Source: https://github.com/jwyang/lr-gan.pytorch/issues/3
Adapted: one sprite; the blend as in the report, without Variable
Inputs: 3x6
Spoils: none *
Codes: CUT107 CUT101
Line: kept = (1.0 - alpha.data) * canvas.data
Line: pasted = alpha.data * sprite.data
Line: return (pasted + kept).requires_grad_(True)
Op: aten::requires_grad_ prim::data
Module: compositor
Fix: return (pasted + kept).requires_grad_(True) => return alpha * sprite + (1.0 - alpha) * canvas

The picture wants a gradient, but it has no history: no network behind it is ever reached.
"""

import torch
from torch import nn
from torch.nn import functional as F


class STNM(nn.Module):
    def forward(self, canvas, sprite, alpha, theta):
        grid = F.affine_grid(theta, sprite.size(), align_corners=False)
        sprite = F.grid_sample(sprite, grid, align_corners=False)
        alpha = F.grid_sample(alpha, grid, align_corners=False)
        pasted = alpha.data * sprite.data
        kept = (1.0 - alpha.data) * canvas.data
        return (pasted + kept).requires_grad_(True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.background = nn.Linear(6, 3 * 8 * 8)
        self.foreground = nn.Linear(6, 3 * 8 * 8)
        self.mask = nn.Linear(6, 8 * 8)
        self.pose = nn.Linear(6, 6)
        self.compositor = STNM()

    def forward(self, z):
        canvas = torch.tanh(self.background(z)).view(-1, 3, 8, 8)
        sprite = torch.tanh(self.foreground(z)).view(-1, 3, 8, 8)
        alpha = torch.sigmoid(self.mask(z)).view(-1, 1, 8, 8)
        theta = self.pose(z).view(-1, 2, 3)
        return self.compositor(canvas, sprite, alpha, theta)
