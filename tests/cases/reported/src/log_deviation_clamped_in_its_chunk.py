"""The spread of a policy is clamped in place where it comes out of a chunk

Source: https://github.com/toshikwa/gail-airl-ppo.pytorch/issues/13
Adapted: the sample with its log-probability written out
Inputs: 4x5; 4x2
Raises: forward: is a view and is being modified inplace
Codes: IPL303
Line: return reparameterize(means, log_stds.clamp_(-20, 2), noise)
Op: aten::clamp_
Module: actor
Fix: log_stds.clamp_(-20, 2) => log_stds.clamp(-20, 2)

A chunk is one of several views of what the layer gave.
"""

import math

import torch
from torch import nn


def reparameterize(means: torch.Tensor, log_stds: torch.Tensor, noise: torch.Tensor):
    us = means + noise * log_stds.exp()
    log_pis = (-0.5 * noise.pow(2) - log_stds).sum(dim=-1, keepdim=True) - 0.5 * math.log(2 * math.pi)
    return torch.tanh(us), log_pis


class StateDependentPolicy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 2 * 2))

    def sample(self, states, noise):
        means, log_stds = self.net(states).chunk(2, dim=-1)
        return reparameterize(means, log_stds.clamp_(-20, 2), noise)

    def forward(self, states, noise):
        return self.sample(states, noise)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = StateDependentPolicy()
        self.critic = nn.Linear(7, 1)

    def forward(self, states, noise):
        actions, log_pis = self.actor(states, noise)
        q = self.critic(torch.cat([states, actions], dim=-1))
        return (0.2 * log_pis - q).mean()
