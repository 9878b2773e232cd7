"""A vector quantiser: the straight-through estimator and its two stop-gradients

Source: Neural Discrete Representation Learning, https://arxiv.org/abs/1711.00937
Adapted: six codes of width 4; the codes are the first of the batch, so that each is used
Inputs: 6x5
Loss: output

Two detaches inside the losses and one in the straight-through sum: each has another way round it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(5, 4)
        self.codes = nn.Parameter(torch.randn(6, 4))
        self.decode = nn.Linear(4, 5)

    def forward(self, x):
        z = self.encode(x)
        distance = (z.unsqueeze(1) - self.codes).pow(2).sum(-1)
        chosen = self.codes[distance.argmin(dim=1)]
        straight = z + (chosen - z).detach()
        commitment = F.mse_loss(z, chosen.detach())
        codebook = F.mse_loss(chosen, z.detach())
        return F.mse_loss(self.decode(straight), x) + codebook + 0.25 * commitment
