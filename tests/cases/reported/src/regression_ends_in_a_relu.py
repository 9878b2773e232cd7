"""A regression whose last layer is a relu predicts nothing but zeros

Source: https://github.com/ProteomicsML/ProteomicsML/pull/203
Adapted: two layers; an unlucky initialisation is written out
Inputs: 6x5; 6
Loss: output
Spoils: zero *
Codes: ZER505
Line: predicted = F.relu(self.last(torch.tanh(self.body(x)))).squeeze(-1)
Op: aten::relu
Fix: F.relu(self.last(torch.tanh(self.body(x)))) => self.last(torch.tanh(self.body(x)))

The value before it is negative for every sample.
"""

from torch import nn
import torch
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 6)
        self.last = nn.Linear(6, 1)
        nn.init.constant_(self.last.bias, -8.0)

    def forward(self, x, target):
        predicted = F.relu(self.last(torch.tanh(self.body(x)))).squeeze(-1)
        return F.mse_loss(predicted, target + 10)
