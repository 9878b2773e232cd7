"""The width of the keys is set by hand, and the output matrix is made for it, while the values keep theirs

Source: https://github.com/wouterkool/attention-learn-to-route/issues/23
Adapted: two heads
Inputs: 3x4x5
Raises: forward: mat1 and mat2 shapes cannot be multiplied (12x6 and 14x6)
Codes: SHP701
Line: out = torch.mm(merged, self.W_out.view(-1, self.embed_dim))
Line: self.W_out = nn.Parameter(torch.rand(n_heads, key_dim, embed_dim) - 0.5)
Op: aten::mm
Module: attn
Fix: torch.rand(n_heads, key_dim, embed_dim) => torch.rand(n_heads, self.val_dim, embed_dim)

Two heads of three are six, two of seven are fourteen.
"""

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, n_heads: int, input_dim: int, embed_dim: int, key_dim: int):
        super().__init__()
        self.n_heads, self.embed_dim = n_heads, embed_dim
        self.val_dim = embed_dim // n_heads
        self.norm_factor = key_dim**-0.5
        self.W_query = nn.Parameter(torch.rand(n_heads, input_dim, key_dim) - 0.5)
        self.W_key = nn.Parameter(torch.rand(n_heads, input_dim, key_dim) - 0.5)
        self.W_val = nn.Parameter(torch.rand(n_heads, input_dim, self.val_dim) - 0.5)
        self.W_out = nn.Parameter(torch.rand(n_heads, key_dim, embed_dim) - 0.5)

    def forward(self, h):
        batch_size, graph_size, _ = h.size()
        flat = h.contiguous().view(batch_size * graph_size, -1)
        shape = [self.n_heads, batch_size, graph_size, -1]
        Q = torch.matmul(flat, self.W_query).view(shape)
        K = torch.matmul(flat, self.W_key).view(shape)
        V = torch.matmul(flat, self.W_val).view(shape)
        attn = torch.softmax(self.norm_factor * torch.matmul(Q, K.transpose(2, 3)), dim=-1)
        heads = torch.matmul(attn, V)
        merged = heads.permute(1, 2, 0, 3).contiguous().view(-1, self.n_heads * self.val_dim)
        out = torch.mm(merged, self.W_out.view(-1, self.embed_dim))
        return out.view(batch_size, graph_size, self.embed_dim)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.init_embed = nn.Linear(2, 5)
        self.attn = MultiHeadAttention(2, 5, 6, 7)
        self.project = nn.Linear(6, 1)

    def forward(self, nodes):
        h = nodes + self.init_embed(nodes[..., :2])
        return self.project(self.attn(h)).squeeze(-1)
