"""A registration network predicts an angle and writes it into a rotation matrix

Source: https://discuss.pytorch.org/t/best-way-to-constrain-affine-transformation-to-rotation/102020
Adapted: a refinement after the rotation, which still learns
Inputs: 2x1x8x8; 2x1x8x8
Spoils: none encoder.* fc_theta.*
Codes: CUT105
Line: a = float(theta[i])
Line: rows.append(torch.tensor([[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0]]))
Op: aten::tensor aten::Float aten::FloatImplicit aten::cos aten::sin aten::item
Fix: rows.append(torch.tensor([[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0]])) => rows.append(torch.stack([torch.cos(theta[i]), -torch.sin(theta[i]), 0.0 * theta[i], torch.sin(theta[i]), torch.cos(theta[i]), 0.0 * theta[i]]).view(2, 3))

The numbers of the matrix are right, and have no history.
"""

import math
from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.ELU(), nn.AvgPool2d(2), nn.Conv2d(4, 4, 3, padding=1), nn.ELU())
        self.fc_theta = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 1))
        self.refine = nn.Conv2d(1, 1, 3, padding=1)

    def rotation(self, image, theta):
        rows: List[torch.Tensor] = []
        for i in range(theta.size(0)):
            a = float(theta[i])
            rows.append(torch.tensor([[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0]]))
        size = [image.size(0), image.size(1), image.size(2), image.size(3)]
        grid = F.affine_grid(torch.stack(rows), size, align_corners=False)
        return F.grid_sample(image, grid, align_corners=False)

    def forward(self, moving, fixed):
        features = self.encoder(torch.cat((moving, fixed), dim=1)).flatten(1)
        theta = self.fc_theta(features).squeeze(1)
        return self.refine(self.rotation(moving, theta)) - fixed
