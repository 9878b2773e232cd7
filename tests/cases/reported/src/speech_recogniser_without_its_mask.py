"""A speech recogniser must be told which frames count, and is given the frames alone

Source: https://github.com/modelscope/modelscope/issues/292
Adapted: scripted, not exported; one block of memory
Inputs: 2x9x8
Loss: mean
Raises: forward: forward() is missing value for argument 'x_mask'
Codes: TYP804
Line: def forward(self, x, x_mask: Optional[torch.Tensor]):
Module: .
Fix: x_mask: Optional[torch.Tensor]) => x_mask: Optional[torch.Tensor] = None)

The mask may be None, but it has no default.
"""

from typing import Optional

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 12)
        self.fsmn_block = nn.Conv1d(12, 12, 3, padding=1, groups=12, bias=False)
        self.norm = nn.LayerNorm(12)
        self.decoder = nn.Linear(12, 15)

    def forward(self, x, x_mask: Optional[torch.Tensor]):
        x = self.embed(x)
        if x_mask is not None:
            x = x * x_mask.unsqueeze(-1)
        memory = self.fsmn_block(x.transpose(1, 2)).transpose(1, 2)
        return self.decoder(self.norm(x + memory))
