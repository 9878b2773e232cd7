"""Cross attention to a context that is a single token

Source: https://github.com/cvlab-columbia/zero123/issues/29
Adapted: two blocks, the embedding of an image and its pose as the only token
Inputs: [{"shape": [2, 6, 8]}, {"shape": [2, 5]}]
Spoils: zero blocks.0.attn2.to_q.weight blocks.0.attn2.to_k.weight blocks.0.norm2.* blocks.1.attn2.to_q.weight blocks.1.attn2.to_k.weight blocks.1.norm2.*
Codes: ZER503
Line: out = F.scaled_dot_product_attention(q, k, v)
Op: aten::scaled_dot_product_attention
Module: blocks.0.attn2 blocks.1.attn2

Among one token all of the attention goes to that one, whatever is asked for.
"""

import torch
from torch import nn
from torch.nn import functional as F


class CrossAttention(nn.Module):
    def __init__(self, query_dim: int, context_dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(query_dim, query_dim, bias=False)
        self.to_k = nn.Linear(context_dim, query_dim, bias=False)
        self.to_v = nn.Linear(context_dim, query_dim, bias=False)
        self.to_out = nn.Linear(query_dim, query_dim)

    def split(self, t):
        return t.view(t.size(0), t.size(1), self.heads, -1).transpose(1, 2)

    def forward(self, x, context):
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        out = F.scaled_dot_product_attention(q, k, v)
        return self.to_out(out.transpose(1, 2).flatten(2))


class BasicTransformerBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn1 = CrossAttention(8, 8, 2)
        self.attn2 = CrossAttention(8, 6, 2)
        self.norm1 = nn.LayerNorm(8)
        self.norm2 = nn.LayerNorm(8)

    def forward(self, x, context):
        h = self.norm1(x)
        x = self.attn1(h, h) + x
        return self.attn2(self.norm2(x), context) + x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cc_projection = nn.Linear(5, 6)
        self.blocks = nn.ModuleList([BasicTransformerBlock(), BasicTransformerBlock()])

    def forward(self, x, clip_and_pose):
        context = self.cc_projection(clip_and_pose).unsqueeze(1)
        for block in self.blocks:
            x = block(x, context)
        return x
