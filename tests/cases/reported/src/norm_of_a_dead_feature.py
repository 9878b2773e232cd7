"""Features are divided by the root of their summed squares, which can be nothing

Source: https://github.com/richzhang/PerceptualSimilarity/issues/69
Adapted: the dead channel comes from a bias that the relu cannot pass
Inputs: 2x3x6x6
Spoils: nan features.* from call 2
Codes: FMT901 NUM602
Line: length = torch.sqrt(torch.sum(h**2, dim=1, keepdim=True))
Op: aten::sqrt
Fix: torch.sqrt(torch.sum(h**2, dim=1, keepdim=True)) => torch.sqrt(torch.sum(h**2, dim=1, keepdim=True) + 1e-8)

The epsilon is added after the root. Where all channels are zero the root's derivative is infinite, times
zero is NaN. In the first call relu's own derivative keeps it out, from the second on the optimising executor does not.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(3, 4, 3)
        self.weigh = nn.Conv2d(4, 1, 1)
        with torch.no_grad():
            self.features.bias.fill_(-0.6)

    def forward(self, x):
        h = torch.relu(self.features(x))
        length = torch.sqrt(torch.sum(h**2, dim=1, keepdim=True))
        return self.weigh(h / (length + 1e-10))
