"""A segmentation of satellite images is put together from its patches by a reshape to height and width

Source: https://github.com/michaeltrs/DeepSatModels/issues/22
Adapted: one image of eight pixels in patches of four for each of three dates, averaged
Inputs: 2x3x5x8x8; 2x8x8:int64[0,4)
Loss: output
Spoils: wrong
Codes: SHP719
Line: x = x.reshape(B, H, W, self.num_classes)
Line: x = x.reshape(B, self.num_classes, self.num_patches_1d * self.num_patches_1d, self.patch_size * self.patch_size).permute(0, 2, 3, 1)
Op: aten::reshape aten::permute
Module: .
Fix: x = x.reshape(B, H, W, self.num_classes) => x = x.unflatten(1, (self.num_patches_1d, self.num_patches_1d)).unflatten(3, (self.patch_size, self.patch_size)).transpose(2, 3).reshape(B, H, W, self.num_classes)

A patch's sixteen pixels become two whole rows of the image, where they are four pixels of four rows.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_size = 4
        self.num_patches_1d = 2
        self.num_classes = 4
        self.to_patch_embedding = nn.Conv2d(5, 16, 4, stride=4)
        self.space_pos_embedding = nn.Parameter(0.1 * torch.randn(1, 4, 16))
        self.space_transformer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
        self.mlp_head = nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 4 * 16))

    def forward(self, x, labels):
        B, T, C, H, W = x.shape
        x = self.to_patch_embedding(x.flatten(0, 1)).flatten(2).transpose(1, 2)
        x = x.unflatten(0, (B, T)).mean(dim=1) + self.space_pos_embedding
        x = self.space_transformer(x)
        x = self.mlp_head(x).unflatten(2, (self.num_classes, self.patch_size * self.patch_size)).transpose(1, 2)
        x = x.reshape(B, self.num_classes, self.num_patches_1d * self.num_patches_1d, self.patch_size * self.patch_size).permute(0, 2, 3, 1)
        x = x.reshape(B, H, W, self.num_classes)
        return F.cross_entropy(x.permute(0, 3, 1, 2), labels)
