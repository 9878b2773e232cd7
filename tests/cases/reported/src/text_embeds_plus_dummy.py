"""A dummy term that is to keep a module in the graph is added in place to a parameter

Source: https://github.com/NVlabs/VILA/pull/199
Adapted: the prompt is a parameter
Inputs: 2x3x4
Raises: forward: a leaf Variable that requires grad is being used in an in-place operation
Codes: IPL302
Line: embeds += self.vision(image).mean() * 0.0
Op: aten::add_
Benign: vision.*
Fix: embeds += self.vision(image).mean() * 0.0 => embeds = embeds + self.vision(image).mean() * 0.0

The parameter itself would be changed.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.prompt = nn.Parameter(torch.randn(5, 6))
        self.vision = nn.Linear(4, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, image):
        embeds = self.prompt
        embeds += self.vision(image).mean() * 0.0
        return self.out(embeds)
