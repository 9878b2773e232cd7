"""A variational autoencoder with the reparameterisation trick

Source: Auto-Encoding Variational Bayes, https://arxiv.org/abs/1312.6114
Inputs: 5x6
Loss: output

The noise has no gradient, and what it is scaled by has.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(6, 8)
        self.mean = nn.Linear(8, 3)
        self.log_var = nn.Linear(8, 3)
        self.decode = nn.Linear(3, 6)

    def forward(self, x):
        h = torch.tanh(self.encode(x))
        mean, log_var = self.mean(h), self.log_var(h).clamp(-10, 10)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        divergence = -0.5 * (1 + log_var - mean.pow(2) - log_var.exp()).sum(1).mean()
        return F.mse_loss(self.decode(z), x) + 0.1 * divergence
