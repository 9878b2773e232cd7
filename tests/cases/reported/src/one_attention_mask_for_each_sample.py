"""Every sample brings its own attention mask, and the layer wants one for every head of every sample

Source: https://github.com/pytorch/pytorch/issues/64706
Adapted: neighbourhoods of detected objects; two heads
Inputs: 3x6x8; 3x6x2
Raises: forward: The shape of the 3D attn_mask is
Codes: SHP717 SHP706
Line: mask = self.neighbourhood(positions)
Line: attended, _ = self.attention(x, x, x, attn_mask=mask)
Op: prim::RaiseException
Module: attention .
Fix: mask = self.neighbourhood(positions) => mask = self.neighbourhood(positions).repeat_interleave(2, dim=0)

(3, 6, 6) where (6, 6, 6) is wanted.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.radius = 1.0
        self.embed = nn.Linear(8, 12)
        self.attention = nn.MultiheadAttention(12, 2, batch_first=True)
        self.norm = nn.LayerNorm(12)
        self.head = nn.Linear(12, 4)

    def neighbourhood(self, positions):
        far = torch.cdist(positions, positions) > self.radius
        return far & ~torch.eye(positions.size(1), dtype=torch.bool)

    def forward(self, objects, positions):
        x = self.embed(objects)
        mask = self.neighbourhood(positions)
        attended, _ = self.attention(x, x, x, attn_mask=mask)
        return self.head(self.norm(x + attended))
