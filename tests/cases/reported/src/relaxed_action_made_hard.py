"""A relaxed action is made one-hot by a scatter, and its relaxation is forgotten

Source: https://github.com/kengz/SLM-Lab/pull/422
Adapted: a policy and a critic; before the fix of that request
Inputs: 5x4
Loss: output
Spoils: none policy.*
Codes: CUT103
Line: index = rout.argmax(dim=-1, keepdim=True)
Op: aten::argmax
Module: dist
Fix: return out => return (out - rout).detach() + rout

The hard action came out of an index: the value of the critic does not get through to the policy.
"""

import torch
from torch import nn


class GumbelSoftmax(nn.Module):
    def __init__(self, temperature: float = 1.0):
        super().__init__()
        self.temperature = temperature

    def rsample(self, logits):
        uniform = torch.rand_like(logits).clamp(1e-6, 1 - 1e-6)
        return torch.softmax((logits - torch.log(-torch.log(uniform))) / self.temperature, dim=-1)

    def forward(self, logits):
        rout = self.rsample(logits)
        index = rout.argmax(dim=-1, keepdim=True)
        out = torch.zeros_like(rout).scatter_(-1, index, 1.0)
        return out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = nn.Sequential(nn.Linear(4, 8), nn.SELU(), nn.Linear(8, 3))
        self.dist = GumbelSoftmax()
        self.critic = nn.Sequential(nn.Linear(7, 8), nn.SELU(), nn.Linear(8, 1))

    def forward(self, state):
        action = self.dist(self.policy(state))
        return -self.critic(torch.cat([state, action], dim=-1)).mean()
