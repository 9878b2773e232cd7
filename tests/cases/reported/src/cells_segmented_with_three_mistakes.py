"""A decoder's level is half as large as its skip, the head counts one of two parts, and the tissue is an index

Source: https://github.com/TIO-IKIM/CellViT/issues/95
Adapted: one transformer layer and one level; the second and the third mistake are added
Inputs: 2x3x16x16
Raises: forward: Sizes of tensors must match except in dimension 1. Expected size 16 but got size 8 for tensor number 1 in the list
Codes: SHP705
Line: self.bottleneck_upsampler = nn.ConvTranspose2d(8, 8, 2, stride=2)
Line: up = self.bottleneck_upsampler(z)
Line: return torch.cat([self.decoder0(image), up], dim=1)
Op: aten::cat aten::conv_transpose2d
Module: . bottleneck_upsampler
Fix: nn.ConvTranspose2d(8, 8, 2, stride=2) => nn.ConvTranspose2d(8, 8, 4, stride=4)
Fix: nn.Conv2d(8, 2, 1) => nn.Conv2d(16, 2, 1)
Fix: self.tissue_embed(tissue.argmax(dim=-1)) => tissue.softmax(dim=-1) @ self.tissue_embed.weight
Later: SHP702 | aten::conv2d | nuclei_head | nuclei = self.nuclei_head(self.decode(image, tokens)) | raises forward: expected input[2, 16, 16, 16] to have 8 channels, but got 16 channels instead
Later: CUT103 | aten::argmax | . | shift = self.tissue_embed(tissue.argmax(dim=-1)) | spoils none tissue_head.*

One behind the other.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, 8, 4, stride=4)
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", batch_first=True)
        self.decoder0 = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ELU())
        self.bottleneck_upsampler = nn.ConvTranspose2d(8, 8, 2, stride=2)
        self.nuclei_head = nn.Conv2d(8, 2, 1)
        self.tissue_head = nn.Linear(8, 3)
        self.tissue_embed = nn.Embedding(3, 2)

    def decode(self, image, tokens):
        z = tokens.transpose(1, 2).reshape(-1, 8, 4, 4)
        up = self.bottleneck_upsampler(z)
        return torch.cat([self.decoder0(image), up], dim=1)

    def forward(self, image):
        tokens = self.encoder(self.patch_embed(image).flatten(2).transpose(1, 2))
        nuclei = self.nuclei_head(self.decode(image, tokens))
        tissue = self.tissue_head(tokens.mean(dim=1))
        shift = self.tissue_embed(tissue.argmax(dim=-1))
        return nuclei * torch.sigmoid(shift)[:, :, None, None]
