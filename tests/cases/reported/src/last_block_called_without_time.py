"""The last block of a diffusion network is built for the time embedding, and called without it

Source: https://github.com/lucidrains/imagen-pytorch/issues/75
Adapted: two levels, linear layers for convolutions
Inputs: 4x6; 4
Spoils: none final_res_block.time_mlp.*
Codes: PAR203
Fix: return self.final_conv(self.final_res_block(x)) => return self.final_conv(self.final_res_block(x, t))

Other blocks of the same class use theirs; only here the branch is not taken.
"""

from typing import Optional

import torch
from torch import nn


class ResnetBlock(nn.Module):
    def __init__(self, dim: int, time_cond_dim: int):
        super().__init__()
        self.time_mlp = nn.Sequential(nn.SiLU(), nn.Linear(time_cond_dim, dim))
        self.block1 = nn.Sequential(nn.LayerNorm(dim), nn.SiLU(), nn.Linear(dim, dim))
        self.block2 = nn.Sequential(nn.LayerNorm(dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, x, time_emb: Optional[torch.Tensor] = None):
        h = self.block1(x)
        if time_emb is not None:
            h = h + self.time_mlp(time_emb)
        return self.block2(h) + x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.to_time = nn.Linear(1, 5)
        self.init_conv = nn.Linear(6, 8)
        self.downs = nn.ModuleList([ResnetBlock(8, 5) for _ in range(2)])
        self.final_res_block = ResnetBlock(8, 5)
        self.final_conv = nn.Linear(8, 6)

    def forward(self, x, time):
        t = self.to_time(time.unsqueeze(-1))
        x = self.init_conv(x)
        for block in self.downs:
            x = block(x, t)
        return self.final_conv(self.final_res_block(x))
