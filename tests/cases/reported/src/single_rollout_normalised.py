"""Advantages are normalised by the deviation of a mini-batch that has one transition left

Source: https://github.com/jolibrain/wheatley/pull/93
Adapted: a batch of one; actor and critic do not share a body
Inputs: 1x6
Loss: output
Spoils: nan actor.*
Codes: NUM601
Line: return (advantages - advantages.mean()) / (advantages.std() + 1e-8)
Op: aten::std
Module: .
Fix: advantages.std() + 1e-8 => advantages.std(unbiased=False) + 1e-2

The deviation of one value is 0/0; only the policy is weighted with it, the value loss is not.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Agent(nn.Module):
    def __init__(self, n_obs: int, n_out: int):
        super().__init__()
        self.hidden = nn.Linear(n_obs, 8)
        self.head = nn.Linear(8, n_out)

    def forward(self, obs):
        return self.head(torch.tanh(self.hidden(obs)))


def normalize_advantages(advantages: torch.Tensor):
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = Agent(6, 4)
        self.critic = Agent(6, 1)

    def forward(self, obs):
        returns = obs.pow(2).sum(-1)
        values = self.critic(obs).squeeze(-1)
        mb_advantages = normalize_advantages(returns - values.detach()) + 0.5
        logp = F.log_softmax(self.actor(obs), dim=-1)
        entropy = -(logp.exp() * logp).sum(-1).mean()
        pg_loss = -(mb_advantages * logp[:, 0]).mean()
        v_loss = F.mse_loss(values, returns)
        return pg_loss + 0.5 * v_loss - 0.01 * entropy
