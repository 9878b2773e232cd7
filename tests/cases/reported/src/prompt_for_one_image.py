"""A diffusion model attends from several images to the prompt of one

Source: https://github.com/salesforce/EDICT/issues/11
Adapted: a learnt prompt, one level, heads folded into the batch
Inputs: 3x4x4x4
Raises: forward: einsum(): subscript b has size 2 for operand 1 which does not broadcast with previously seen size 6
Codes: SHP715
Line: context = self.prompt
Line: sim = torch.einsum("b i d, b j d -> b i j", q, k) * self.scale
Line: hidden = hidden + self.attn2(self.norm(hidden), context)
Op: aten::einsum
Module: attn2
Twin: healthy
Fix: context = self.prompt => context = self.prompt.expand(latents.size(0), -1, -1)

Three images are six with their two heads, the prompt is two.
"""

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, dim: int, context_dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_k = nn.Linear(context_dim, dim, bias=False)
        self.to_v = nn.Linear(context_dim, dim, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def heads_to_batch(self, x):
        b, n, d = x.shape
        x = x.reshape(b, n, self.heads, d // self.heads)
        return x.permute(0, 2, 1, 3).reshape(b * self.heads, n, d // self.heads)

    def batch_to_heads(self, x):
        b, n, d = x.shape
        x = x.reshape(b // self.heads, self.heads, n, d)
        return x.permute(0, 2, 1, 3).reshape(b // self.heads, n, d * self.heads)

    def forward(self, x, context):
        q = self.heads_to_batch(self.to_q(x))
        k = self.heads_to_batch(self.to_k(context))
        v = self.heads_to_batch(self.to_v(context))
        sim = torch.einsum("b i d, b j d -> b i j", q, k) * self.scale
        out = torch.einsum("b i j, b j d -> b i d", sim.softmax(dim=-1), v)
        return self.to_out(self.batch_to_heads(out))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.prompt = nn.Parameter(torch.randn(1, 5, 6) * 0.5)
        self.conv_in = nn.Conv2d(4, 8, 3, padding=1)
        self.norm = nn.LayerNorm(8)
        self.attn2 = CrossAttention(8, 6, 2)
        self.conv_out = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, latents):
        hidden = self.conv_in(latents).flatten(2).transpose(1, 2)
        context = self.prompt
        hidden = hidden + self.attn2(self.norm(hidden), context)
        hidden = hidden.transpose(1, 2).reshape(latents.size(0), 8, latents.size(2), latents.size(3))
        return self.conv_out(torch.tanh(hidden))
