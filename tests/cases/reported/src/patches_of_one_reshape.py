"""ViT from scratch: image cut into patches by one reshape

Source: https://github.com/lucidrains/vit-pytorch
Adapted: a small network of the same kind
Inputs: 2x3x16x16
Loss: mean
Spoils: wrong
Codes: SHP719
Line: patches = img.reshape(b, (h // 4) * (w // 4), c * 4 * 4)
Op: aten::reshape
Twin: healthy
Fix: img.reshape(b, (h // 4) * (w // 4), c * 4 * 4) => img.reshape(b, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * 16)
Benign: block.self_attn.in_proj_bias

Each row of 48 holds three lines of one channel, or the end of one channel and the beginning of the next.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_to_embedding = nn.Linear(48, 10)
        self.pos_embedding = nn.Parameter(torch.randn(1, 16, 10) * 0.02)
        self.block = nn.TransformerEncoderLayer(10, 2, 20, dropout=0.0, batch_first=True)
        self.mlp_head = nn.Linear(10, 3)

    def forward(self, img):
        b, c, h, w = img.shape
        patches = img.reshape(b, (h // 4) * (w // 4), c * 4 * 4)
        x = self.patch_to_embedding(patches) + self.pos_embedding
        return self.mlp_head(self.block(x).mean(dim=1))
