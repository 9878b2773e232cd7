"""The cumulative distribution of a gamma with a learned shape

Source: https://github.com/pytorch/pytorch/issues/67763
Adapted: igamma in a survival loss
Inputs: [{"shape": [6, 3]}, {"shape": [6], "fill": "uniform"}]
Loss: output
Raises: backward: the derivative for 'igamma: input' is not implemented
Codes: BWD404
Line: survived = 1 - torch.special.gammainc(shape, time + 0.1)
Op: aten::igamma aten::special_gammainc

There is a derivative for the second argument, and none for the first.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 4)
        self.shape = nn.Linear(4, 1)

    def forward(self, x, time):
        shape = F.softplus(self.shape(torch.tanh(self.body(x)))).squeeze(-1) + 0.1
        survived = 1 - torch.special.gammainc(shape, time + 0.1)
        return -torch.log(survived + 1e-6).mean()
