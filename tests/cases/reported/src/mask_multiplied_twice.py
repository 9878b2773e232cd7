"""The mask of a pruned layer is put into its weight when it is made, and multiplied again in the forward

Source: https://github.com/zepx/pytorch-weight-prune/issues/2
Adapted: the masks are set from the magnitude of the weights at once
Export: trace 5x10
Inputs: 5x10
Loss: mean
Op: aten::mul

Asked about and harmless: the second product keeps the gradient of what was pruned at zero.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MaskedLinear(nn.Linear):
    def set_mask(self, mask):
        self.register_buffer("mask", mask)
        self.weight.data = self.weight.data * self.mask.data

    def forward(self, x):
        weight = self.weight * self.mask
        return F.linear(x, weight, self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = MaskedLinear(10, 20)
        self.linear2 = MaskedLinear(20, 20)
        self.linear3 = MaskedLinear(20, 3)
        for layer in (self.linear1, self.linear2, self.linear3):
            threshold = layer.weight.detach().abs().quantile(0.4)
            layer.set_mask((layer.weight.detach().abs() > threshold).float())

    def forward(self, x):
        out = F.relu(self.linear1(x))
        out = F.relu(self.linear2(out))
        return self.linear3(out)
