"""Capsules are to be cut out of the channels, and a view cuts them out of the pixels

Source: https://github.com/danielhavir/capsule-network/issues/4
Adapted: three capsules of four, one round of routing more than none
Inputs: [{"shape": [3, 1, 12, 12], "fill": "uniform"}, {"shape": [3], "dtype": "int64", "low": 0, "high": 5}]
Loss: output
Spoils: wrong
Codes: SHP719
Line: out = out.view(batch_size, -1, self.dim_caps)
Op: aten::view
Module: primary_caps
Twin: healthy
Fix: out.view(batch_size, -1, self.dim_caps) => out.view(batch_size, self.num_caps, self.dim_caps, -1).transpose(2, 3).reshape(batch_size, -1, self.dim_caps)

In memory the channels stand before the rows and columns: four neighbours along a row become one capsule.
"""

import torch
import torch.nn.functional as F
from torch import nn


def squash(x):
    norm = torch.sqrt((x**2).sum(dim=-1, keepdim=True) + 1e-8)
    return x * norm / (1.0 + norm**2)


class PrimaryCaps(nn.Module):
    """out: (batch, num_caps * height * width, dim_caps)"""

    def __init__(self, in_channels: int, num_caps: int, dim_caps: int):
        super().__init__()
        self.num_caps = num_caps
        self.dim_caps = dim_caps
        self.conv = nn.Conv2d(in_channels, num_caps * dim_caps, kernel_size=3, stride=2)

    def forward(self, x):
        batch_size = x.size(0)
        out = self.conv(x)
        out = out.view(batch_size, -1, self.dim_caps)
        return squash(out)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, kernel_size=4)
        self.primary_caps = PrimaryCaps(8, 3, 4)
        self.W = nn.Parameter(torch.randn(1, 5, 48, 6, 4) * 0.2)

    def forward(self, x, target):
        u = self.primary_caps(torch.relu(self.conv(x)))
        u_hat = torch.matmul(self.W, u[:, None, :, :, None]).squeeze(-1)
        v = squash(u_hat.mean(dim=2, keepdim=True))
        agreement = (u_hat * v).sum(dim=-1, keepdim=True)
        v = squash((torch.softmax(agreement, dim=1) * u_hat).sum(dim=2))
        logits = torch.sqrt((v**2).sum(dim=-1) + 1e-8)
        left = F.relu(0.9 - logits) ** 2
        right = F.relu(logits - 0.1) ** 2
        labels = F.one_hot(target, 5).to(logits.dtype)
        return (labels * left + 0.5 * (1.0 - labels) * right).sum(dim=-1).mean()
