"""The class that one network picks is fed to another

Source: https://github.com/pytorch/pytorch/issues/1339
Adapted: an embedding as the second network's first layer
Inputs: 5x6
Spoils: none picker.*
Codes: CUT103
Line: chosen = torch.max(self.picker(x), 1)[1]
Op: aten::max

The second result of max is an index: it has no gradient, and the first network gets none.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.picker = nn.Linear(6, 4)
        self.second = nn.Embedding(4, 5)
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        chosen = torch.max(self.picker(x), 1)[1]
        return self.head(self.second(chosen))
