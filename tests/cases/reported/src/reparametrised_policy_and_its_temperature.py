"""A temperature is tuned on log probabilities that were let go, a policy under a temperature that was

Source: Soft Actor-Critic Algorithms and Applications, https://arxiv.org/abs/1812.05905
Adapted: one critic, which is trained on rewards only; the noise is an input
Inputs: [{"shape": [8, 6]}, {"shape": [8, 2]}, {"shape": [8, 2], "fill": "uniform"}, {"shape": [8]}]
Loss: output

Each of the three losses stops where another one's business begins, but every parameter has one of its own.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, states: int = 6, actions: int = 2):
        super().__init__()
        self.policy = nn.Sequential(nn.Linear(states, 24), nn.Tanh(), nn.Linear(24, 2 * actions))
        self.critic = nn.Sequential(nn.Linear(states + actions, 24), nn.Tanh(), nn.Linear(24, 1))
        self.frozen_critic = nn.Sequential(nn.Linear(states + actions, 24), nn.Tanh(), nn.Linear(24, 1))
        self.frozen_critic.requires_grad_(False)
        self.log_alpha = nn.Parameter(torch.zeros(()))
        self.target_entropy = -float(actions)

    def sample(self, state, noise):
        mean, log_std = self.policy(state).chunk(2, dim=1)
        log_std = log_std.clamp(-5.0, 2.0)
        raw = mean + log_std.exp() * noise
        log_prob = -0.5 * noise.pow(2) - log_std - 0.5 * math.log(2 * math.pi)
        squash = 2 * (math.log(2.0) - raw - F.softplus(-2 * raw))
        return torch.tanh(raw), (log_prob - squash).sum(dim=1)

    def forward(self, state, noise, taken, reward):
        action, log_prob = self.sample(state, noise)
        value = self.frozen_critic(torch.cat([state, action], dim=1)).squeeze(1)
        policy_loss = (self.log_alpha.exp().detach() * log_prob - value).mean()
        alpha_loss = -(self.log_alpha * (log_prob + self.target_entropy).detach()).mean()
        critic_loss = F.mse_loss(self.critic(torch.cat([state, taken], dim=1)).squeeze(1), reward)
        return policy_loss + alpha_loss + critic_loss
