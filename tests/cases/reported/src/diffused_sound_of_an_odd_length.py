"""The skip of an audio diffusion network is one step longer, and its modulation is cut off from the time

Source: https://github.com/archinetai/audio-diffusion-pytorch/issues/81
Adapted: one level, 37 steps; the detach is added
Inputs: 2x1x37; 2
Loss: mean
Raises: forward: The size of tensor a (37) must match the size of tensor b (36) at non-singleton dimension 2
Codes: SHP706
Line: return x + scale[:, :, None] * y
Op: aten::add
Module: merge
Fix: scale[:, :, None] * y => scale[:, :, None] * F.interpolate(y, size=x.size(-1))
Fix: self.to_scale(features.detach()) => self.to_scale(features)
Later: CUT101 | aten::detach | merge | scale = self.to_scale(features.detach()) | spoils none time_mlp.*

Half of 37 is 18, and twice 18 is 36.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class MergeModulate(nn.Module):
    def __init__(self, channels: int, modulation_features: int):
        super().__init__()
        self.to_scale = nn.Sequential(nn.SiLU(), nn.Linear(modulation_features, channels))

    def forward(self, x, y, features):
        scale = self.to_scale(features.detach())
        return x + scale[:, :, None] * y


class Net(nn.Module):
    def __init__(self, channels: int = 8, modulation_features: int = 12):
        super().__init__()
        self.register_buffer("freqs", torch.arange(1, 4) * math.pi)
        self.time_mlp = nn.Sequential(nn.Linear(6, modulation_features), nn.GELU(), nn.Linear(modulation_features, 12))
        self.to_in = nn.Conv1d(1, channels, 3, padding=1)
        self.downsample = nn.Conv1d(channels, channels, 2, stride=2)
        self.middle = nn.Sequential(nn.GroupNorm(2, channels), nn.SiLU(), nn.Conv1d(channels, channels, 3, padding=1))
        self.upsample = nn.ConvTranspose1d(channels, channels, 2, stride=2)
        self.merge = MergeModulate(channels, modulation_features)
        self.to_out = nn.Conv1d(channels, 1, 3, padding=1)

    def forward(self, x, time):
        angles = time[:, None] * self.freqs
        features = self.time_mlp(torch.cat([angles.sin(), angles.cos()], dim=-1))
        skip = self.to_in(x)
        y = self.upsample(self.middle(self.downsample(skip)))
        return self.to_out(self.merge(skip, y, features))
