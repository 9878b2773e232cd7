"""A small loss over many pixels is averaged in half precision

Source: https://github.com/engichang1467/Open-Rig3R/issues/35
Adapted: the casts of autocast are written out; depth and rays from one image
Inputs: 2x3x128x128; 2x1x128x128; 2x3x128x128
Loss: output
Spoils: zero ray_head.*
Codes: NUM605
Line: compute = torch.float16
Line: ray_loss = (1.0 - F.cosine_similarity(rays, ray_target.to(compute), dim=1)).mean()
Line: return depth_loss + self.ray_weight * ray_loss.float()
Op: aten::mean aten::to aten::mul
Fix: compute = torch.float16 => compute = torch.bfloat16

The weight of the loss divided by the number of pixels is less than half precision can hold.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, width: int = 6):
        super().__init__()
        self.ray_weight = 5e-4
        self.encoder = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.GELU())
        self.depth_head = nn.Conv2d(width, 1, 1)
        self.ray_head = nn.Conv2d(width, 3, 1, bias=False)

    def forward(self, image, depth_target, ray_target):
        compute = torch.float16
        features = self.encoder(image)
        depth_loss = F.l1_loss(self.depth_head(features), depth_target)
        weight = self.ray_head.weight.to(compute)
        rays = F.conv2d(features.to(compute), weight)
        ray_loss = (1.0 - F.cosine_similarity(rays, ray_target.to(compute), dim=1)).mean()
        return depth_loss + self.ray_weight * ray_loss.float()
