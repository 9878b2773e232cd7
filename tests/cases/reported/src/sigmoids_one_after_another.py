"""A deep chain of sigmoids

Source: https://github.com/davidrosenberg/mlcourse/issues/79
Adapted: fourteen layers; only the first are beyond reach
Inputs: 5x6
Spoils: tiny layers.0.* layers.1.* layers.2.* layers.3.*
Codes: NUM605
Line: x = torch.sigmoid(layer(x))
Op: aten::sigmoid
Benign: layers.4.* layers.5.* layers.6.*

Each sigmoid multiplies the gradient by a quarter at most.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(14)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.sigmoid(layer(x))
        return x
