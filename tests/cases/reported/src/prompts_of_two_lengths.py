"""Conditional and unconditional prompts of different lengths are stacked

Source: https://github.com/hlky/nataili/issues/145
Adapted: seven and nine tokens; stack instead of cat
Inputs: 2x7x4; 2x9x4
Raises: forward: stack expects each tensor to be equal size
Codes: SHP705
Line: both = torch.stack([self.embed(uncond), self.embed(cond)])
Op: aten::stack
Fix: self.embed(cond) => self.embed(cond[:, :7])

stack wants one shape.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 5)
        self.out = nn.Linear(5, 3)

    def forward(self, uncond, cond):
        both = torch.stack([self.embed(uncond), self.embed(cond)])
        return self.out(both.mean(0))
