"""A binary network writes the signs of its activations through .data, so that the gradient goes straight through

Source: https://github.com/itayhubara/BinaryNet.pytorch/issues/25
Adapted: the weights stay real; two layers
Inputs: 6x12; 6:int64[0,4)
Loss: output
Op: aten::copy_

Meant so: the derivative is that of the hardtanh before, which needs its input and not what was written.
"""

import torch
from torch import nn
from torch.nn import functional as F


class BinarizeLinear(nn.Linear):
    def forward(self, input):
        input.data.copy_(torch.sign(input.data))
        return F.linear(input, self.weight, self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(12, 24, bias=False)
        self.bn1 = nn.BatchNorm1d(24)
        self.htanh1 = nn.Hardtanh()
        self.fc2 = BinarizeLinear(24, 24, bias=False)
        self.bn2 = nn.BatchNorm1d(24)
        self.htanh2 = nn.Hardtanh()
        self.fc3 = BinarizeLinear(24, 4)

    def forward(self, x, target):
        x = self.htanh1(self.bn1(self.fc1(x)))
        x = self.htanh2(self.bn2(self.fc2(x)))
        return F.cross_entropy(self.fc3(x), target)
