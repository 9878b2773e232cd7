"""A latent is drawn with torch.normal from a mean and a deviation that are to be learnt

Source: https://github.com/pytorch/pytorch/issues/4620
Adapted: an encoder and a decoder around it
Inputs: 6x8
Spoils: zero mean.* spread.*
Codes: ZER501
Line: z = torch.normal(mean, deviation)
Op: aten::normal
Twin: healthy
Fix: z = torch.normal(mean, deviation) => z = mean + deviation * torch.randn_like(deviation)

The derivative of torch.normal is defined as zero for both of its arguments.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Linear(8, 4)
        self.spread = nn.Linear(8, 4)
        self.decode = nn.Linear(4, 8)

    def forward(self, x):
        mean, deviation = self.mean(x), F.softplus(self.spread(x))
        z = torch.normal(mean, deviation)
        return self.decode(z)
