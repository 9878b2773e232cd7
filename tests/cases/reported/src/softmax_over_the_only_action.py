"""A policy takes its softmax over the batch dimension of a single state

Source: https://github.com/DeepReinforcementLearning/DeepReinforcementLearningInAction/issues/32
Adapted: one state is sent, as in the book's loop, with its batch dimension
Inputs: 1x4
Spoils: zero policy.*
Codes: ZER503
Line: return self.policy(state)
Op: aten::softmax
Module: policy.3
Twin: healthy
Fix: nn.Softmax(dim=0) => nn.Softmax(dim=1)

With one row each column's softmax is over one number, and is always one.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU(), nn.Linear(8, 2), nn.Softmax(dim=0))

    def forward(self, state):
        return self.policy(state)
