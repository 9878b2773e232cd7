"""The actor reads the features of pixels that are detached, and the critic trains their encoder

Source: https://github.com/MishaLaskin/rad/issues/4
Adapted: both losses of one update in one forward, a target that is given
Inputs: 3x2x8x8; 3x2; 3
Loss: output

A reader asked why the encoder was detached; it learns from the values.
"""

import torch
from torch import nn
from torch.nn import functional as F


class PixelEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 6, 3, stride=2)
        self.fc = nn.Linear(54, 10)
        self.ln = nn.LayerNorm(10)

    def forward(self, obs, detach: bool = False):
        h = torch.relu(self.conv(obs)).flatten(1)
        if detach:
            h = h.detach()
        return torch.tanh(self.ln(self.fc(h)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = PixelEncoder()
        self.actor = nn.Sequential(nn.Linear(10, 12), nn.ELU(), nn.Linear(12, 2), nn.Tanh())
        self.critic = nn.Sequential(nn.Linear(12, 12), nn.ELU(), nn.Linear(12, 1))

    def forward(self, obs, action, target_Q):
        current_Q = self.critic(torch.cat([self.encoder(obs), action], dim=1)).squeeze(1)
        critic_loss = F.mse_loss(current_Q, target_Q.detach())
        features = self.encoder(obs, detach=True)
        actor_Q = self.critic(torch.cat([features.detach(), self.actor(features)], dim=1))
        return critic_loss - 0.1 * actor_Q.mean()
