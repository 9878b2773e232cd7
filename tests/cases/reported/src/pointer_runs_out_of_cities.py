"""A pointer decoder masks what it visited, and decodes one step more than there are cities

Source: https://github.com/pemami4911/neural-combinatorial-rl-pytorch/issues/13
Adapted: the tour returns to its start by a step too many, instead of a second epoch
Inputs: 2x4x2
Loss: output
Raises: forward: probability tensor contains either
Codes: NUM601
Line: probs = torch.softmax(logits.masked_fill(visited, float("-inf")), dim=-1)
Op: aten::softmax
Module: decoder
Fix: for _ in range(n + 1): => for _ in range(n):

When every city is visited the row is all minus infinity, its softmax is NaN, and the draw refuses it.
"""

from typing import List

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.cell = nn.GRUCell(hidden, hidden)
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.ref = nn.Linear(hidden, hidden, bias=False)
        self.v = nn.Linear(hidden, 1, bias=False)

    def forward(self, embedded):
        n = embedded.size(1)
        state = embedded.mean(1)
        picked = embedded.mean(1)
        visited = torch.zeros(embedded.size(0), n, dtype=torch.bool)
        logps: List[torch.Tensor] = []
        for _ in range(n + 1):
            state = self.cell(picked, state)
            logits = self.v(torch.tanh(self.query(state).unsqueeze(1) + self.ref(embedded))).squeeze(-1)
            probs = torch.softmax(logits.masked_fill(visited, float("-inf")), dim=-1)
            idx = probs.multinomial(1)
            logps.append(torch.log(probs.gather(1, idx)))
            visited = visited.scatter(1, idx, True)
            picked = embedded.gather(1, idx.unsqueeze(-1).expand(-1, -1, embedded.size(2))).squeeze(1)
        return torch.cat(logps, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(2, 6)
        self.decoder = Decoder(6)

    def forward(self, cities):
        logps = self.decoder(self.embedding(cities))
        reward = cities.pow(2).sum((1, 2)) - 3.0
        return (reward * logps.sum(1)).mean()
