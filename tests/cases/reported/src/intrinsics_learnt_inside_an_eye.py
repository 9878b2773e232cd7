"""The focal lengths and the centre of a camera are learnt, and written into a unit matrix that is then scaled in place

Source: https://github.com/nianticlabs/monodepth2/issues/408
Adapted: one scale, a translation only; the lengths are a parameter of the module
Inputs: 2x3x8x10; 2x3x8x10
Loss: output
Op: aten::copy_ aten::mul_

Writing into a fresh matrix keeps the history of what is written.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.K = nn.Parameter(torch.tensor([1.1, 1.3, 0.5, 0.5]))
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ELU(), nn.Conv2d(8, 8, 3, padding=1), nn.ELU())
        self.depth = nn.Conv2d(8, 1, 3, padding=1)
        self.pose = nn.Sequential(nn.Conv2d(6, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 3, 1))
        y, x = torch.meshgrid(torch.arange(8.0), torch.arange(10.0), indexing="ij")
        self.register_buffer("pix_coords", torch.stack([x, y, torch.ones_like(x)]).view(1, 3, -1))

    def intrinsics(self):
        K = torch.eye(3)
        K[0, 0] = self.K[0]
        K[1, 1] = self.K[1]
        K[0, 2] = self.K[2]
        K[1, 2] = self.K[3]
        K[0, :] *= 10.0
        K[1, :] *= 8.0
        return K

    def forward(self, target, source):
        depth = 1.0 + 9.0 * torch.sigmoid(self.depth(self.encoder(target)))
        translation = 0.2 * self.pose(torch.cat([target, source], dim=1)).mean([2, 3])
        K = self.intrinsics()
        cam_points = depth.flatten(2) * torch.matmul(torch.linalg.inv(K), self.pix_coords)
        projected = torch.matmul(K, cam_points + translation.unsqueeze(-1))
        pix = projected[:, :2] / (projected[:, 2:] + 1e-7)
        grid = torch.stack([pix[:, 0] / 4.5 - 1.0, pix[:, 1] / 3.5 - 1.0], dim=-1).view(-1, 8, 10, 2)
        warped = F.grid_sample(source, grid, padding_mode="border", align_corners=True)
        return (warped - target).abs().mean()
