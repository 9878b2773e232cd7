"""An optical flow looks up correlations at floored coordinates, and the encoder rounds the height up

Source: https://github.com/princeton-vl/RAFT/issues/83
Adapted: a quarter of the resolution, one level, one step
Inputs: 2x3x18x16; 2x3x18x16
Raises: forward: expected grid and input to have same batch size, but got input with sizes [40, 1, 5, 4] and grid with sizes [32, 3, 3, 2]
Codes: SHP717
Line: corr = F.grid_sample(corr, grid, align_corners=True)
Line: coords1 = coords_grid(batch, image1.size(2) // 4, image1.size(3) // 4)
Op: aten::grid_sampler aten::floordiv
Fix: image1.size(2) // 4, image1.size(3) // 4 => fmap1.size(2), fmap1.size(3)

18 rows are 5 after two strides, and 18 // 4 is 4.
"""

import torch
from torch import nn
from torch.nn import functional as F


def coords_grid(batch: int, height: int, width: int):
    rows = torch.arange(height).float().view(height, 1).expand(height, width)
    columns = torch.arange(width).float().view(1, width).expand(height, width)
    return torch.stack([columns, rows], dim=0).unsqueeze(0).repeat(batch, 1, 1, 1)


def lookup(corr, coords):
    batch, _, height, width = coords.shape
    window = torch.arange(-1, 2).float()
    delta = torch.stack([window.view(1, 3).expand(3, 3), window.view(3, 1).expand(3, 3)], dim=-1)
    centroid = coords.permute(0, 2, 3, 1).reshape(batch * height * width, 1, 1, 2)
    at = centroid + delta.view(1, 3, 3, 2)
    xgrid = 2 * at[..., 0:1] / (corr.size(3) - 1) - 1
    ygrid = 2 * at[..., 1:2] / (corr.size(2) - 1) - 1
    grid = torch.cat([xgrid, ygrid], dim=-1)
    corr = F.grid_sample(corr, grid, align_corners=True)
    return corr.view(batch, height, width, 9).permute(0, 3, 1, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fnet = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 12, 3, stride=2, padding=1)
        )
        self.flow_head = nn.Sequential(nn.Conv2d(9, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 2, 3, padding=1))

    def forward(self, image1, image2):
        fmap1, fmap2 = self.fnet(image1), self.fnet(image2)
        batch, dim, height, width = fmap1.shape
        corr = torch.matmul(fmap1.view(batch, dim, -1).transpose(1, 2), fmap2.view(batch, dim, -1))
        corr = corr.reshape(batch * height * width, 1, height, width) / dim**0.5
        coords1 = coords_grid(batch, image1.size(2) // 4, image1.size(3) // 4)
        return self.flow_head(lookup(corr, coords1))
