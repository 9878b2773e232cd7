"""Convolutional autoencoder: encoder head and decoder view of different maps

Source: https://github.com/AntixK/PyTorch-VAE/issues/99
Adapted: an autoencoder for images of one size, its decoder viewed for the same wrong map
Inputs: 4x1x12x12
Loss: output
Raises: forward: mat1 and mat2 shapes cannot be multiplied (4x288 and 200x6)
Codes: SHP701
Line: mu = self.fc_mu(torch.flatten(h, 1))
Line: self.fc_mu = nn.Linear(200, 6)
Op: aten::linear
Module: fc_mu
Fix: nn.Linear(200, 6) => nn.Linear(288, 6)
Fix: view(-1, 8, 5, 5) => view(-1, 8, 6, 6)
Later: SHP704 | aten::view | . | d = F.relu(self.fc_dec(mu)).view(-1, 8, 5, 5) | raises forward: is invalid for input of size 1152

Maps of 12x12 are halved to 6x6: both sizes were computed for 5x5.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Conv2d(1, 8, 4, 2, 1)
        self.fc_mu = nn.Linear(200, 6)
        self.fc_dec = nn.Linear(6, 288)
        self.dec = nn.ConvTranspose2d(8, 1, 4, 2, 1)

    def forward(self, x):
        h = F.relu(self.enc(x))
        mu = self.fc_mu(torch.flatten(h, 1))
        d = F.relu(self.fc_dec(mu)).view(-1, 8, 5, 5)
        y = torch.sigmoid(self.dec(d))
        return F.binary_cross_entropy(y, torch.sigmoid(x))
