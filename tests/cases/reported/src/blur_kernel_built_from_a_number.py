"""A dynamic convolution builds its blur from the value of a learnt width, and is traced

Source: https://github.com/pytorch/pytorch/issues/36454
Adapted: the report shows the tracer's warnings and the grouped convolutions only; a Gaussian stands for the kernel
Export: trace 2x3x10x10
Inputs: 2x3x10x10
Loss: mean
Spoils: none log_sigma
Codes: CUT106 CUT105
Line: sigma = float(self.log_sigma.exp())
Line: g = torch.exp(-(steps**2) / (2 * sigma**2))
Op: prim::Constant
Fix: float(self.log_sigma.exp()) => self.log_sigma.exp()

The tracer saw a Python number and wrote down what it was: the width of the blur can no longer be learnt.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_sigma = nn.Parameter(torch.tensor(0.0))
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.head = nn.Conv2d(6, 3, 1)

    def kernel(self, channels):
        sigma = float(self.log_sigma.exp())
        steps = torch.arange(-2.0, 3.0)
        g = torch.exp(-(steps**2) / (2 * sigma**2))
        g = g / g.sum()
        return torch.outer(g, g).expand(channels, 1, 5, 5)

    def forward(self, x):
        features = torch.relu(self.stem(x))
        blurred = F.conv2d(features, self.kernel(6), padding=2, groups=6)
        return self.head(features - blurred)
