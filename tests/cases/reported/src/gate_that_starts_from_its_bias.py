"""The output gate of a conditioned transition has weights of zero and a bias of minus two

Source: https://github.com/lucidrains/alphafold3-pytorch/pull/303
Adapted: one transition block of single representations
Inputs: 3x4x8; 3x4x6
Loss: mean
Benign: adaln.cond_norm.*

The change was withdrawn: what the sigmoid passes on at minus two is not nothing, and the weights learn.
"""

import torch
from torch import nn


class AdaptiveLayerNorm(nn.Module):
    def __init__(self, dim: int, dim_cond: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.to_gamma = nn.Sequential(nn.Linear(dim_cond, dim), nn.Sigmoid())
        self.to_beta = nn.Linear(dim_cond, dim, bias=False)

    def forward(self, x, cond):
        return self.norm(x) * self.to_gamma(cond) + self.to_beta(cond)


class Net(nn.Module):
    def __init__(self, dim: int = 8, dim_cond: int = 6):
        super().__init__()
        self.adaln = AdaptiveLayerNorm(dim, dim_cond)
        self.transition = nn.Sequential(nn.Linear(dim, 16), nn.SiLU(), nn.Linear(16, dim))
        self.adaln_zero_gamma_linear = nn.Linear(dim_cond, dim)
        nn.init.zeros_(self.adaln_zero_gamma_linear.weight)
        nn.init.constant_(self.adaln_zero_gamma_linear.bias, -2.0)

    def forward(self, x, cond):
        out = self.transition(self.adaln(x, cond))
        return x + out * torch.sigmoid(self.adaln_zero_gamma_linear(cond))
