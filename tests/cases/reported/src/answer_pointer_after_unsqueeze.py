"""A pointer network gives its scores a last dimension, and takes the softmax over that

Source: https://github.com/localminimum/R-net/issues/8
Adapted: the question pooled for the initial state, in PyTorch
Inputs: 2x5x6; 2:int64[0,7); 2x7x6
Loss: output
Spoils: zero attention.*
Codes: ZER503
Line: scores = F.softmax(self.attention(question).unsqueeze(-1), dim=-1)
Op: aten::softmax
Module: .
Benign: start.bias
Fix: F.softmax(self.attention(question).unsqueeze(-1), dim=-1) => F.softmax(self.attention(question), dim=-1).unsqueeze(-1)

One number is always all of its softmax.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, dim: int, attn_size: int):
        super().__init__()
        self.W = nn.Linear(dim, attn_size, bias=False)
        self.v = nn.Linear(attn_size, 1, bias=False)

    def forward(self, inputs):
        return self.v(torch.tanh(self.W(inputs))).squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention(6, 8)
        self.start = nn.Bilinear(6, 6, 1)

    def forward(self, question, label, passage):
        scores = F.softmax(self.attention(question).unsqueeze(-1), dim=-1)
        state = torch.tanh((scores * question).sum(dim=1))
        state = state.unsqueeze(1).expand(-1, passage.size(1), -1).contiguous()
        logits = self.start(passage, state).squeeze(-1)
        return F.cross_entropy(logits, label)
