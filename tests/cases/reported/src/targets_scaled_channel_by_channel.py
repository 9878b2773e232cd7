"""The regression map of a lidar detector is scaled in place, one channel after the other

Source: https://github.com/WUSTL-CSPL/SlowLiDAR/issues/2
Adapted: a small backbone
Inputs: 2x6x10x8
Loss: mean
Op: aten::copy_

Nobody has saved the map: a product with a number keeps nothing of it, and the convolution keeps its input.
"""

from typing import List

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.target_mean: List[float] = [0.008, 0.001, 0.202, 0.2, 0.43, 1.368]
        self.target_std_dev: List[float] = [0.866, 0.5, 0.954, 0.668, 0.09, 0.111]

    def forward(self, x):
        for i in range(6):
            x[:, i, :, :] = x[:, i, :, :] * self.target_std_dev[i] + self.target_mean[i]
        cos_t, sin_t, dx, dy, log_w, log_l = torch.chunk(x, 6, dim=1)
        theta = torch.atan2(sin_t, cos_t)
        return torch.cat([theta, dx, dy, log_w.exp(), log_l.exp()], dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(6, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True))
        self.reg_head = nn.Conv2d(16, 6, 3, padding=1)
        self.decoder = Decoder()

    def forward(self, bev):
        return self.decoder(self.reg_head(self.backbone(bev)))
