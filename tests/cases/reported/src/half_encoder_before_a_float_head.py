"""Half of a model is in half precision

Source: https://github.com/ToTheBeginning/PuLID/issues/162
Adapted: an encoder whose output is bfloat16
Inputs: 3x5
Raises: forward: must have the same dtype
Codes: TYP801
Line: return self.head(self.encoder(x).to(torch.bfloat16))
Op: aten::linear
Module: head
Fix: .to(torch.bfloat16) =>

The head's weights are float32.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(5, 6), nn.Tanh())
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        return self.head(self.encoder(x).to(torch.bfloat16))
