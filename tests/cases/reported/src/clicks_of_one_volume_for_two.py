"""Embeddings of two volumes are sampled where one set of clicks is

Source: https://github.com/med-air/3DSAM-adapter/issues/17
Adapted: a small encoder; no transformer behind
Inputs: [{"shape": [2, 1, 4, 6, 6]}, {"shape": [1, 1, 1, 5, 3], "fill": "uniform"}]
Loss: mean
Raises: forward: grid_sampler(): expected grid and input to have same batch size
Codes: SHP717
Line: point_embedding = F.grid_sample(image_embedding, point_coord, align_corners=False).squeeze(2).squeeze(2)
Op: aten::grid_sampler
Module: .
Fix: F.grid_sample(image_embedding, point_coord, => F.grid_sample(image_embedding, point_coord.repeat(image_embedding.size(0), 1, 1, 1, 1),

Clicks want to be repeated for each volume.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, dim: int = 8):
        super().__init__()
        self.img_encoder = nn.Sequential(nn.Conv3d(1, dim, 3, padding=1), nn.GELU(), nn.Conv3d(dim, dim, 3, padding=1))
        self.global_query = nn.Parameter(torch.randn(1, 2, dim))
        self.point_mlp = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, 3))

    def forward(self, volume, point_coord):
        image_embedding = self.img_encoder(volume)
        point_embedding = F.grid_sample(image_embedding, point_coord, align_corners=False).squeeze(2).squeeze(2)
        point_embed = point_embedding.transpose(1, 2)
        q = torch.cat([self.global_query.repeat(point_embed.size(0), 1, 1), point_embed], dim=1)
        return self.point_mlp(q)
