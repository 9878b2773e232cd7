"""A compressed key is split into its latent and its rotary part, and the projection makes only the first

Source: https://github.com/sgl-project/sglang/pull/28118
Adapted: 16 and 4 in place of 512 and 64, in a layer of its own
Inputs: 2x6x10
Raises: forward: split_with_sizes expects split_sizes to sum exactly to 16
Codes: SHP704
Line: latent, rotary = self.down(x).split([16, 4], dim=-1)
Op: aten::split
Twin: healthy
Fix: nn.Linear(10, 16) => nn.Linear(10, 20)

Both parts come from one projection, which has to be as wide as the two together.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Linear(10, 16)
        self.up = nn.Linear(16, 8)

    def forward(self, x):
        latent, rotary = self.down(x).split([16, 4], dim=-1)
        return torch.cat([self.up(latent), rotary], dim=-1)
