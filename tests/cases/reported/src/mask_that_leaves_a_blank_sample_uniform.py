"""A padding mask of a large finite number, over a sample that is all padding

Source: https://github.com/huggingface/transformers/pull/15326
Adapted: two layers; the blank sample is left out of the mean
Inputs: 3x4x8
Loss: output
Benign: layers.0.k_lin.bias layers.1.k_lin.bias

The blank sample attends to everything alike, which is finite, and the loss does not count it.
"""

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.q_lin = nn.Linear(dim, dim)
        self.k_lin = nn.Linear(dim, dim)
        self.v_lin = nn.Linear(dim, dim)
        self.out_lin = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, mask):
        scores = self.q_lin(x) @ self.k_lin(x).transpose(1, 2) / 8**0.5
        scores = scores.masked_fill((mask == 0).unsqueeze(1), -3.4028234663852886e38)
        context = torch.softmax(scores, dim=-1) @ self.v_lin(x)
        return self.norm(x + self.out_lin(context))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([SelfAttention(8) for _ in range(2)])
        self.qa_outputs = nn.Linear(8, 2)

    def forward(self, x):
        mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]])
        for layer in self.layers:
            x = layer(x, mask)
        loss = (self.qa_outputs(x) - 1.0).pow(2).mean(-1) * mask
        return (loss.sum(1) / mask.sum(1).clamp(min=1)).sum() / (mask.sum(1) > 0).sum()
