"""A decoder starts from another size than its view, and its images are detached before they are looked at

Source: https://github.com/dragen1860/IntroVAE-Pytorch/issues/3
Adapted: the first size is added
Inputs: 3x3x16x16; 3x6
Loss: output
Raises: forward: shape '[-1, 8, 4, 4]' is invalid for input of size 864
Codes: SHP704
Line: h = self.fc(z).view(-1, 8, 4, 4)
Line: self.fc = nn.Linear(zdim, 8 * 6 * 6)
Op: aten::view
Module: decoder
Fix: nn.Linear(zdim, 8 * 6 * 6) => nn.Linear(zdim, 8 * 4 * 4)
Fix: self.encoder(xp.detach()) => self.encoder(xp)
Later: CUT101 | aten::detach | . | mup, logvarp = self.encoder(xp.detach()) | spoils none decoder.*

Behind it, the decoder is judged by nothing but the detached image.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, zdim: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(8, 8, 3, stride=2, padding=1)
        )
        self.fc = nn.Linear(8 * 4 * 4, 2 * zdim)

    def forward(self, x):
        h = F.leaky_relu(self.net(x), 0.2)
        mu, logvar = self.fc(h.flatten(1)).chunk(2, dim=1)
        return mu, logvar


class Decoder(nn.Module):
    def __init__(self, zdim: int):
        super().__init__()
        self.fc = nn.Linear(zdim, 8 * 6 * 6)
        self.net = nn.Sequential(
            nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1)
        )

    def forward(self, z):
        h = self.fc(z).view(-1, 8, 4, 4)
        return torch.sigmoid(self.net(F.relu(h)))


def kl(mu, logvar):
    return -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder(6)
        self.decoder = Decoder(6)

    def forward(self, x, zp):
        mu, logvar = self.encoder(x)
        xp = self.decoder(zp)
        mup, logvarp = self.encoder(xp.detach())
        return kl(mu, logvar) + kl(mup, logvarp)
