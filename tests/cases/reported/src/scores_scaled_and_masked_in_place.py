"""A convolution-augmented transformer adds, scales and masks its scores in place

Source: Conformer: Convolution-augmented Transformer for Speech Recognition, https://arxiv.org/abs/2005.08100
Adapted: one block, learnt relative positions, two heads
Inputs: 2x6x8; 2:int64[3,7)

Neither a product nor a softmax before it needs the scores as they were, and a sum needs nothing at all.
"""

import torch
from torch import nn
from torch.nn import functional as F


class RelativeAttention(nn.Module):
    def __init__(self, dim: int, heads: int, length: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim)
        self.pos = nn.Parameter(torch.randn(heads, length, dim // heads) * 0.1)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, padding):
        b, t, d = x.shape
        h = self.norm(x)
        q = self.query(h).view(b, t, self.heads, -1).transpose(1, 2)
        k = self.key(h).view(b, t, self.heads, -1).transpose(1, 2)
        v = self.value(h).view(b, t, self.heads, -1).transpose(1, 2)
        score = torch.matmul(q, k.transpose(2, 3))
        score += torch.matmul(q, self.pos[:, :t].transpose(1, 2))
        score /= q.size(-1) ** 0.5
        score.masked_fill_(padding.unsqueeze(1).unsqueeze(1), -1e9)
        context = torch.matmul(torch.softmax(score, -1), v).transpose(1, 2).reshape(b, t, d)
        return self.out(context)


class ConvModule(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.pointwise = nn.Conv1d(dim, 2 * dim, 1)
        self.depthwise = nn.Conv1d(dim, dim, 3, padding=1, groups=dim, bias=False)
        self.bn = nn.BatchNorm1d(dim)
        self.last = nn.Conv1d(dim, dim, 1)

    def forward(self, x, padding):
        h = F.glu(self.pointwise(self.norm(x).transpose(1, 2)), dim=1)
        h = h.masked_fill(padding.unsqueeze(1), 0.0)
        return self.last(F.silu(self.bn(self.depthwise(h)))).transpose(1, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.subsample = nn.Linear(8, 8)
        self.attention = RelativeAttention(8, 2, 6)
        self.conv = ConvModule(8)
        self.norm = nn.LayerNorm(8)
        self.fc = nn.Linear(8, 5)

    def forward(self, x, lengths):
        padding = torch.arange(x.size(1)).unsqueeze(0) >= lengths.unsqueeze(1)
        x = self.subsample(x)
        x = x + self.attention(x, padding)
        out = self.conv(x, padding)
        out += x
        return F.log_softmax(self.fc(self.norm(out)), dim=-1)
