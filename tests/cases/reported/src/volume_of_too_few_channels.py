"""A tumour network rebuilds its volume for another number of channels than it made numbers for

Source: https://github.com/doublechenching/brats_segmentation-pytorch/issues/4
Adapted: one level down, instance normalisation left out
Inputs: 2x2x8x8x8; 1x4
Raises: forward: shape '[2, 4, 2, 2, 2]' is invalid for input of size 128
Codes: SHP704
Line: recon_shape = [batch_size, self.squeeze_channels // 2, side, side, side]
Line: re_x = self.reconstraction(z).view(recon_shape)
Line: self.reconstraction = nn.Sequential(nn.Linear(half, init_channels * 2 * 8), nn.ELU())
Op: aten::view
Module: vae
Twin: healthy
Fix: [batch_size, self.squeeze_channels // 2, side, side, side] => [batch_size, self.init_channels * 2, side, side, side]

64 numbers a sample are eight channels of 2x2x2; four are asked for.
"""

import torch
from torch import nn


class VAEBranch(nn.Module):
    def __init__(self, init_channels: int, squeeze_channels: int, out_channels: int):
        super().__init__()
        self.init_channels = init_channels
        self.squeeze_channels = squeeze_channels
        half = squeeze_channels // 2
        self.squeeze = nn.Conv3d(init_channels * 2, squeeze_channels, 1)
        self.reconstraction = nn.Sequential(nn.Linear(half, init_channels * 2 * 8), nn.ELU())
        self.up = nn.ConvTranspose3d(init_channels * 2, init_channels, 4, stride=4)
        self.out = nn.Conv3d(init_channels, out_channels, 1)

    def forward(self, encoded, noise):
        batch_size, side = encoded.size(0), encoded.size(-1) // 2
        mu, logvar = self.squeeze(encoded).flatten(2).mean(-1).chunk(2, dim=1)
        z = mu + noise * torch.exp(0.5 * logvar)
        recon_shape = [batch_size, self.squeeze_channels // 2, side, side, side]
        re_x = self.reconstraction(z).view(recon_shape)
        return self.out(torch.tanh(self.up(re_x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv3d(2, 4, 3, padding=1), nn.ELU(), nn.Conv3d(4, 8, 3, stride=2, padding=1))
        self.vae = VAEBranch(4, 8, 2)
        self.up = nn.ConvTranspose3d(8, 4, 2, stride=2)
        self.segment = nn.Conv3d(4, 3, 1)

    def forward(self, volume, noise):
        encoded = torch.tanh(self.encoder(volume))
        return self.segment(torch.tanh(self.up(encoded))), self.vae(encoded, noise)
