"""A relu before the softmax of a gate, and scenario embeddings that start at zero

Source: https://github.com/mrchor/HiNet/issues/1
Adapted: PyTorch; three scenarios, two sub-experts
Inputs: [{"shape": [6, 5]}, {"shape": [6], "dtype": "int64", "low": 0, "high": 3}]
Spoils: zero extractor.domain.weight extractor.gate.weight extractor.gate.bias
Codes: ZER505 ZER506
Line: gates = torch.softmax(F.relu(self.gate(self.domain(scenario))), dim=-1)
Op: aten::relu
Module: extractor
Fix: torch.softmax(F.relu(self.gate(self.domain(scenario))), dim=-1) => torch.softmax(self.gate(self.domain(scenario)), dim=-1)

Zero is on the flat side of the relu: nothing goes back to the gate, nor to the embedding.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ScenarioExtractor(nn.Module):
    def __init__(self, dim: int, subexperts: int):
        super().__init__()
        self.domain = nn.Embedding(3, 4)
        self.gate = nn.Linear(4, subexperts)
        self.subexperts = nn.ModuleList([nn.Linear(dim, 6) for _ in range(subexperts)])
        nn.init.zeros_(self.domain.weight)
        nn.init.zeros_(self.gate.bias)

    def forward(self, x, scenario):
        gates = torch.softmax(F.relu(self.gate(self.domain(scenario))), dim=-1)
        outputs = torch.stack([expert(x) for expert in self.subexperts], dim=1)
        return (gates.unsqueeze(-1) * torch.tanh(outputs)).sum(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.extractor = ScenarioExtractor(5, 2)
        self.tower = nn.Linear(6, 1)

    def forward(self, x, scenario):
        return self.tower(self.extractor(x, scenario)).squeeze(-1)
