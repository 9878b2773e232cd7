"""The offsets and weights of a deformable attention start as layers of zeros

Source: https://github.com/fundamentalvision/BEVFormer/issues/278
Adapted: one head, four points, a bird's view of 5x5
Inputs: [{"shape": [2, 6, 8]}, {"shape": [2, 8, 5, 5]}, {"shape": [2, 6, 2], "fill": "uniform"}]

A softmax of zeros is uniform, and has a slope in every direction.
"""

import torch
from torch import nn
from torch.nn import functional as F


class TemporalSelfAttention(nn.Module):
    def __init__(self, dim: int, points: int = 4):
        super().__init__()
        self.points = points
        self.sampling_offsets = nn.Linear(dim, points * 2)
        self.attention_weights = nn.Linear(dim, points)
        self.value_proj = nn.Conv2d(dim, dim, 1)
        self.output_proj = nn.Linear(dim, dim)
        nn.init.zeros_(self.sampling_offsets.weight)
        nn.init.zeros_(self.attention_weights.weight)
        nn.init.zeros_(self.attention_weights.bias)
        with torch.no_grad():
            self.sampling_offsets.bias.copy_(torch.tensor([0.3, 0.1, -0.2, 0.3, -0.3, -0.1, 0.1, -0.3]))

    def forward(self, query, bev, reference):
        value = self.value_proj(bev)
        offsets = self.sampling_offsets(query).view(query.size(0), query.size(1), self.points, 2)
        weights = self.attention_weights(query).softmax(dim=-1)
        sampled = F.grid_sample(value, reference.unsqueeze(2) - 0.5 + offsets, align_corners=False)
        return query + self.output_proj((sampled * weights.unsqueeze(1)).sum(-1).transpose(1, 2))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = TemporalSelfAttention(8)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 3)

    def forward(self, query, bev, reference):
        return self.head(self.norm(self.attention(query, bev, reference)))
