"""A frozen program is sent to be trained

Source: https://github.com/pytorch/pytorch/issues/59925
Adapted: frozen with torch.jit.freeze, so that no parameter is registered any more
Export: freeze
Inputs: 3x4
Mode: eval
Raises: backward: does not require grad
Codes: PAR205
Op: prim::Constant aten::linear

Freezing made constants of the weights.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x
