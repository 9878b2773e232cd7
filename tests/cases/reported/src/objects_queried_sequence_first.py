"""A detector moves its pixels in front of the batch before it attends to them

Source: End-to-End Object Detection with Transformers, https://arxiv.org/abs/2005.12872
Inputs: 3x3x16x16

flatten and permute give (pixels, images, width), which is what the attention takes; the queries are repeated per image.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1)
        )
        self.row_embed = nn.Parameter(torch.rand(50, 8))
        self.col_embed = nn.Parameter(torch.rand(50, 8))
        self.encoder = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0)
        self.query_pos = nn.Parameter(torch.rand(5, 16))
        self.attention = nn.MultiheadAttention(16, 4)
        self.linear_class = nn.Linear(16, 4)
        self.linear_bbox = nn.Linear(16, 4)

    def forward(self, images):
        h = self.backbone(images)
        batch, height, width = h.shape[0], h.shape[2], h.shape[3]
        pos = torch.cat(
            [
                self.col_embed[:width].unsqueeze(0).repeat(height, 1, 1),
                self.row_embed[:height].unsqueeze(1).repeat(1, width, 1),
            ],
            dim=-1,
        )
        pos = pos.flatten(0, 1).unsqueeze(1)
        memory = self.encoder(pos + 0.1 * h.flatten(2).permute(2, 0, 1))
        queries = self.query_pos.unsqueeze(1).repeat(1, batch, 1)
        found, _ = self.attention(queries, memory, memory)
        found = found.transpose(0, 1)
        return self.linear_class(found), self.linear_bbox(found).sigmoid()
