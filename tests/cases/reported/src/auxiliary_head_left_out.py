"""The logits of an auxiliary head are returned, and the loss is made of the first output alone

Source: https://github.com/facebookresearch/VICRegL/pull/10
Adapted: a classifier beside an embedding
Inputs: 4x5
Loss: mean
Spoils: none classify.*
Codes: PAR204
Line: return self.embed(h), self.classify(h)
Op: aten::linear
Module: classify

The second output reaches no loss.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 6)
        self.embed = nn.Linear(6, 3)
        self.classify = nn.Linear(6, 2)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        return self.embed(h), self.classify(h)
