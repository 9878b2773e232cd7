"""Similarities are shifted by their detached maximum before the exponential

Source: https://github.com/KevinMusgrave/pytorch-metric-learning/issues/282
Adapted: a contrastive loss over pairs of views
Inputs: 4x5; 4x5
Loss: output

The shift cancels out: with or without it the gradient is the same.
"""

import torch
from torch import nn
from torch.nn import functional as F


class NTXentLoss(nn.Module):
    def __init__(self, temperature: float = 0.3):
        super().__init__()
        self.temperature = temperature

    def forward(self, a, b):
        mat = F.normalize(a, dim=1) @ F.normalize(b, dim=1).t() / self.temperature
        max_val = torch.max(mat, dim=1, keepdim=True)[0].detach()
        numerator = torch.exp(mat.diagonal() - max_val.squeeze(1))
        denominator = torch.exp(mat - max_val).sum(1)
        return -torch.log(numerator / denominator).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(5, 8), nn.SiLU())
        self.projector = nn.Linear(8, 4)
        self.loss = NTXentLoss()

    def forward(self, one, two):
        return self.loss(self.projector(self.encoder(one)), self.projector(self.encoder(two)))
