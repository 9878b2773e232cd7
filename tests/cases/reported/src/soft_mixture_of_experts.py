"""A mixture in which every expert sees every token

Source: Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer, https://arxiv.org/abs/1701.06538
Adapted: the gate is soft
Inputs: 5x6

The weights of a softmax: small, and none of them zero.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(6, 3)
        self.experts = nn.ModuleList([nn.Linear(6, 4) for _ in range(3)])

    def forward(self, x):
        weights = torch.softmax(self.gate(x), dim=-1)
        said = []
        for expert in self.experts:
            said.append(torch.relu(expert(x)))
        return (torch.stack(said, dim=1) * weights.unsqueeze(-1)).sum(1)
