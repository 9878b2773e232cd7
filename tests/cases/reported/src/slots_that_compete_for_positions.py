"""Slots compete for every position, so that the softmax runs over the slots and not over the keys

Source: https://github.com/lucidrains/slot-attention/issues/2
Adapted: one iteration, learnt slots
Inputs: 3x7x5

(batch, slots, positions): dimension 1 is the right one here.
"""

import torch
from torch import nn


class SlotAttention(nn.Module):
    def __init__(self, num_slots: int, dim: int):
        super().__init__()
        self.slots = nn.Parameter(torch.randn(1, num_slots, dim))
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_k = nn.Linear(dim, dim)
        self.to_v = nn.Linear(dim, dim)
        self.gru = nn.GRUCell(dim, dim)

    def forward(self, inputs):
        b, n, d = inputs.shape
        slots = self.slots.expand(b, -1, -1)
        k, v, q = self.to_k(inputs), self.to_v(inputs), self.to_q(slots)
        attn = torch.einsum("bid,bjd->bij", q, k).softmax(dim=1) + 1e-6
        attn = attn / attn.sum(dim=-1, keepdim=True)
        updates = torch.einsum("bjd,bij->bid", v, attn)
        return self.gru(updates.reshape(-1, d), slots.reshape(-1, d)).reshape(b, -1, d)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(5, 6)
        self.slot_attention = SlotAttention(3, 6)
        self.decode = nn.Linear(6, 2)

    def forward(self, x):
        return self.decode(self.slot_attention(torch.tanh(self.encode(x))))
