"""A video transformer is called without the mask of its text

Source: https://github.com/Lightricks/ComfyUI-LTXVideo/issues/94
Adapted: one block, six video tokens and five of text
Inputs: 2x6x8; 2; 2x5x8
Loss: mean
Raises: forward: forward() is missing value for argument 'attention_mask'
Codes: TYP804

The sampler sends latents, time and text; the mask says which of the text is padding, and has no default.
"""

import torch
from torch import nn


class BasicTransformerBlock(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn1 = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.attn2 = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(dim, 16), nn.GELU(), nn.Linear(16, dim))

    def forward(self, x, context, attention_mask):
        h = self.norm1(x)
        x = x + self.attn1(h, h, h, need_weights=False)[0]
        x = x + self.attn2(x, context, context, key_padding_mask=attention_mask == 0, need_weights=False)[0]
        return x + self.ff(x)


class Net(nn.Module):
    def __init__(self, dim: int = 8):
        super().__init__()
        self.patchify_proj = nn.Linear(8, dim)
        self.adaln = nn.Sequential(nn.Linear(1, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.block = BasicTransformerBlock(dim)
        self.proj_out = nn.Linear(dim, 8)

    def forward(self, x, timestep, context, attention_mask):
        x = self.patchify_proj(x) + self.adaln(timestep[:, None])[:, None]
        return self.proj_out(self.block(x, context, attention_mask))
