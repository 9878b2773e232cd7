"""A tabular autoencoder takes incomes as they are, and exponentiates what it makes of them

Source: https://github.com/vanderschaarlab/synthcity/issues/331
Adapted: every column is an amount of money
Inputs: [{"shape": [6, 5], "fill": 9000.0}]
Loss: output
Spoils: nan *
Codes: NUM601
Line: std = torch.exp(0.5 * logvar)
Line: logvar = self.fc_logvar(hidden)
Line: columns = table.float()
Line: kl = -0.5 * (1.0 + logvar - mu.pow(2) - logvar.exp()).sum(dim=1).mean()
Op: aten::exp
Fix: columns = table.float() => columns = torch.log1p(table) / 10.0

A logarithm of a variance of some hundred is no variance.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, n_features: int = 5, n_units: int = 16, n_latent: int = 6):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n_features, n_units), nn.LeakyReLU(), nn.Linear(n_units, n_units), nn.LeakyReLU())
        self.fc_mu = nn.Linear(n_units, n_latent)
        self.fc_logvar = nn.Linear(n_units, n_latent)
        self.decoder = nn.Sequential(nn.Linear(n_latent, n_units), nn.LeakyReLU(), nn.Linear(n_units, n_features))

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def forward(self, table):
        columns = table.float()
        hidden = self.encoder(columns)
        mu = self.fc_mu(hidden)
        logvar = self.fc_logvar(hidden)
        reconstruction = self.decoder(self.reparameterize(mu, logvar))
        kl = -0.5 * (1.0 + logvar - mu.pow(2) - logvar.exp()).sum(dim=1).mean()
        return (reconstruction - columns).pow(2).mean() + 0.1 * kl
