"""A variational encoder views its map by the size of smaller images

Source: https://github.com/sinhasam/vaal/issues/21
Adapted: 16 pixels instead of 8, no batch normalisation, noise as an input
Inputs: 2x3x16x16; 1x6
Spoils: wrong
Codes: SHP718
Line: self.side = 2
Line: z = features.view(-1, self.channels * self.side * self.side)
Op: aten::view
Fix: self.side = 2 => self.side = 4

A map of 4x4 is cut into four samples of 2x2, and two images come back as eight.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.channels = 8
        self.side = 2
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 6, 4, stride=2, padding=1), nn.ELU(), nn.Conv2d(6, 8, 4, stride=2, padding=1), nn.ELU()
        )
        flat = self.channels * self.side * self.side
        self.fc_mu = nn.Linear(flat, 6)
        self.fc_logvar = nn.Linear(flat, 6)
        self.fc_decode = nn.Linear(6, flat)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(8, 6, 4, stride=2, padding=1),
            nn.ELU(),
            nn.ConvTranspose2d(6, 3, 4, stride=2, padding=1),
        )

    def encode(self, x):
        features = self.encoder(x)
        z = features.view(-1, self.channels * self.side * self.side)
        return self.fc_mu(z), self.fc_logvar(z)

    def decode(self, z):
        z = self.fc_decode(z).view(-1, self.channels, self.side, self.side)
        return torch.sigmoid(self.decoder(z))

    def forward(self, x, noise):
        mu, logvar = self.encode(x)
        z = mu + noise * torch.exp(0.5 * logvar)
        return self.decode(z), mu, logvar
