"""A restoration network halves its channels before it unshuffles pixels, and doubles them before it shuffles

Source: https://github.com/swz30/Restormer/issues/47
Adapted: one level, convolutions in place of transformer blocks
Inputs: 2x3x12x12
Loss: mean

Unshuffling makes four channels of one, so that twice as many come out as went in.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Downsample(nn.Module):
    def __init__(self, n_feat: int):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(n_feat, n_feat // 2, 3, padding=1, bias=False), nn.PixelUnshuffle(2))

    def forward(self, x):
        return self.body(x)


class Upsample(nn.Module):
    def __init__(self, n_feat: int):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(n_feat, n_feat * 2, 3, padding=1, bias=False), nn.PixelShuffle(2))

    def forward(self, x):
        return self.body(x)


class GDFN(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.project_in = nn.Conv2d(dim, dim * 2, 1)
        self.project_out = nn.Conv2d(dim, dim, 1)

    def forward(self, x):
        x1, x2 = self.project_in(x).chunk(2, dim=1)
        return x + self.project_out(F.gelu(x1) * x2)


class Net(nn.Module):
    def __init__(self, dim: int = 8):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, dim, 3, padding=1)
        self.encoder_level1 = GDFN(dim)
        self.down1_2 = Downsample(dim)
        self.latent = GDFN(dim * 2)
        self.up2_1 = Upsample(dim * 2)
        self.reduce_chan_level1 = nn.Conv2d(dim * 2, dim, 1)
        self.output = nn.Conv2d(dim, 3, 3, padding=1)

    def forward(self, inp_img):
        out_enc_level1 = self.encoder_level1(self.patch_embed(inp_img))
        latent = self.latent(self.down1_2(out_enc_level1))
        inp_dec_level1 = torch.cat([self.up2_1(latent), out_enc_level1], 1)
        inp_dec_level1 = self.reduce_chan_level1(inp_dec_level1)
        return self.output(inp_dec_level1) + inp_img
