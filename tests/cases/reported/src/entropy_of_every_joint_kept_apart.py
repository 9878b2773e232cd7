"""Log-probabilities of six joints are not added up, and a column of values is compared with six columns

Source: https://github.com/thu-ml/tianshou/issues/40
Adapted: the loss of one soft critic, whose target comes from a frozen copy
Inputs: 5x7; 5x6; 5x1; 5x7
Loss: output
Spoils: wrong
Codes: SHP707 SHP713
Line: log_prob = log_prob - torch.log(1.0 - y.pow(2) + 1e-6)
Line: target_q = reward + 0.99 * (next_q - 0.2 * log_prob)
Line: return F.mse_loss(self.critic(torch.cat([obs, act], dim=1)), target_q)
Op: aten::mse_loss aten::sub
Module: . actor
Twin: healthy
Fix: log_prob = log_prob - torch.log(1.0 - y.pow(2) + 1e-6) => log_prob = (log_prob - torch.log(1.0 - y.pow(2) + 1e-6)).sum(1, keepdim=True)

The value of a state and an action is one number; its target becomes six, one for each joint.
"""

import torch
from torch import nn
from torch.nn import functional as F


class GaussianActor(nn.Module):
    def __init__(self, obs_dim: int, act_dim: int):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, 24), nn.ReLU())
        self.mu = nn.Linear(24, act_dim)
        self.sigma = nn.Linear(24, act_dim)

    def forward(self, obs):
        hidden = self.body(obs)
        mu, log_sigma = self.mu(hidden), self.sigma(hidden).clamp(-5.0, 2.0)
        noise = torch.randn_like(mu)
        y = torch.tanh(mu + noise * log_sigma.exp())
        log_prob = -0.5 * noise.pow(2) - log_sigma - 0.919
        log_prob = log_prob - torch.log(1.0 - y.pow(2) + 1e-6)
        return y, log_prob


def critic() -> nn.Sequential:
    return nn.Sequential(nn.Linear(13, 24), nn.ReLU(), nn.Linear(24, 1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = GaussianActor(7, 6).requires_grad_(False)
        self.critic = critic()
        self.critic_old = critic().requires_grad_(False)

    def forward(self, obs, act, reward, obs_next):
        with torch.no_grad():
            act_next, log_prob = self.actor(obs_next)
            next_q = self.critic_old(torch.cat([obs_next, act_next], dim=1))
            target_q = reward + 0.99 * (next_q - 0.2 * log_prob)
        return F.mse_loss(self.critic(torch.cat([obs, act], dim=1)), target_q)
