"""A diffusion transformer in doubles makes its table of sines in single precision

Source: https://github.com/soran-ghaderi/torchebm/issues/302
Adapted: one block of two linear layers
Inputs: 3x5x4:float64; 3:float64
Raises: forward: mat1 and mat2 must have the same dtype, but got Float and Double
Codes: TYP801
Line: args = t.float()[:, None] * self.frequencies()[None]
Line: return torch.cat([torch.cos(args), torch.sin(args)], dim=-1)
Line: return self.mlp(self.sinusoidal_embedding(t))
Op: aten::linear aten::to aten::mul aten::cat
Module: t_embedder.mlp.0 t_embedder
Twin: healthy
Fix: t.float()[:, None] => t[:, None]

Everything else was made double by its owner.
"""

import math

import torch
from torch import nn


class MLPTimestepEmbedder(nn.Module):
    def __init__(self, dim: int, out: int):
        super().__init__()
        self.half = dim // 2
        self.mlp = nn.Sequential(nn.Linear(dim, out), nn.SiLU(), nn.Linear(out, out))

    def frequencies(self):
        return torch.exp(torch.arange(self.half) * (-math.log(10000.0) / self.half))

    def sinusoidal_embedding(self, t):
        args = t.float()[:, None] * self.frequencies()[None]
        return torch.cat([torch.cos(args), torch.sin(args)], dim=-1)

    def forward(self, t):
        return self.mlp(self.sinusoidal_embedding(t))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.x_embedder = nn.Linear(4, 8)
        self.t_embedder = MLPTimestepEmbedder(6, 8)
        self.block = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.final_layer = nn.Linear(8, 4)
        self.double()

    def forward(self, x, t):
        c = self.t_embedder(t)
        h = self.x_embedder(x) + c.unsqueeze(1)
        h = h + self.block(h)
        return self.final_layer(h)
