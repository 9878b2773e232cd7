"""Patches, a class token that is expanded, and learned positions

Source: An Image is Worth 16x16 Words, https://arxiv.org/abs/2010.11929
Adapted: 8x8 images, patches of four, torch's own encoder layer
Inputs: 2x3x8x8
Benign: layer.self_attn.in_proj_bias

The token is expanded over the batch, and never written.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, stride=4)
        self.token = nn.Parameter(torch.zeros(1, 1, 8))
        self.position = nn.Parameter(torch.randn(1, 5, 8) * 0.02)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        h = self.patch(x).flatten(2).transpose(1, 2)
        h = torch.cat([self.token.expand(h.size(0), -1, -1), h], dim=1) + self.position
        return self.head(self.layer(h)[:, 0])
