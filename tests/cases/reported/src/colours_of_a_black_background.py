"""A rendered image on a black background is compared in Lab, whose cube root is chosen by where

Source: https://github.com/kornia/kornia/issues/868
Adapted: a decoder and a foreground mask; only the root of the conversion
Inputs: [{"shape": [2, 6]}, {"shape": [2, 1, 8, 8], "dtype": "int64", "low": 0, "high": 2}, {"shape": [2, 3, 8, 8], "fill": "uniform"}]
Loss: output
Spoils: nan decoder.*
Codes: NUM603 NUM602
Line: power = torch.pow(xyz_normalized, 1 / 3.0)
Line: xyz_int = torch.where(xyz_normalized > 0.008856, power, scale)
Op: aten::pow
Fix: power = torch.pow(xyz_normalized, 1 / 3.0) => power = torch.pow(xyz_normalized.clamp(min=0.008856), 1 / 3.0)

Black takes the other branch, and yet the derivative of its cube root is asked for.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.decoder = nn.Sequential(
            nn.Linear(6, 8 * 4 * 4), nn.Unflatten(1, (8, 4, 4)), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, 2, 1)
        )
        rgb_to_xyz = [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
        self.register_buffer("matrix", torch.tensor(rgb_to_xyz))
        self.register_buffer("white", torch.tensor([0.95047, 1.0, 1.08883]).view(1, 3, 1, 1))

    def rgb_to_lab(self, image):
        xyz_normalized = torch.einsum("ij,bjhw->bihw", self.matrix, image) / self.white
        power = torch.pow(xyz_normalized, 1 / 3.0)
        scale = 7.787 * xyz_normalized + 4.0 / 29.0
        xyz_int = torch.where(xyz_normalized > 0.008856, power, scale)
        x, y, z = xyz_int[:, 0], xyz_int[:, 1], xyz_int[:, 2]
        return torch.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], dim=1)

    def forward(self, code, mask, target):
        rendered = torch.sigmoid(self.decoder(code)) * mask.float()
        return F.l1_loss(self.rgb_to_lab(rendered), self.rgb_to_lab(target)) / 100.0
