"""A decoder step with additive attention, a softmax over the sources

Source: Neural Machine Translation by Jointly Learning to Align and Translate, https://arxiv.org/abs/1409.0473
Inputs: 2x5x4; 2x6
Benign: score.bias

The bias of the score is a constant in every softmax: a healthy zero.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.key = nn.Linear(4, 5)
        self.query = nn.Linear(6, 5)
        self.score = nn.Linear(5, 1)
        self.out = nn.Linear(4, 3)

    def forward(self, sources, state):
        energy = self.score(torch.tanh(self.key(sources) + self.query(state).unsqueeze(1))).squeeze(-1)
        weights = torch.softmax(energy, dim=1)
        return self.out((weights.unsqueeze(-1) * sources).sum(1))
