"""An image is reshaped into patches that lie in groups of four, with a transpose between

Source: https://github.com/QwenLM/Qwen3-VL/issues/263
Adapted: still images, one attention layer
Inputs: 2x3x16x8
Loss: mean

The order is meant: it puts the four patches of a group beside one another for the merger.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_size = 2
        self.merge_size = 2
        self.proj = nn.Linear(3 * 2 * 2, 8, bias=False)
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24, bias=False)
        self.merger = nn.Sequential(nn.Linear(8 * 4, 16), nn.GELU(), nn.Linear(16, 6))

    def forward(self, image):
        b, c, height, width = image.shape
        p, m = self.patch_size, self.merge_size
        patches = image.reshape(b, c, height // p // m, m, p, width // p // m, m, p)
        patches = patches.permute(0, 2, 5, 3, 6, 1, 4, 7)
        patches = patches.reshape(b, -1, c * p * p)
        x = self.norm(self.proj(patches))
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        x = x + torch.softmax(q @ k.transpose(1, 2) / 8**0.5, dim=-1) @ v
        return self.merger(x.view(b, -1, m * m * 8))
