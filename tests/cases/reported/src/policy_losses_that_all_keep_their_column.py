"""A recurrent policy keeps one column in everything that it multiplies

Source: https://github.com/allenai/allenact/pull/226
Adapted: steps and samplers as in the report, entropy with its own column
Inputs: 5x3x4; 5x3x1:int64[0,3); 5x3x1; 5x3x1; 5x3x1
Loss: output

(steps, samplers, 1) throughout; the state of the recurrence has (1, samplers, features).
"""

import torch
from torch import nn


class Categorical(nn.Module):
    def __init__(self, inner: int, actions: int):
        super().__init__()
        self.linear = nn.Linear(inner, actions)

    def forward(self, x, actions):
        logits = torch.log_softmax(self.linear(x), dim=-1)
        entropy = -(logits.exp() * logits).sum(dim=-1, keepdim=True)
        return logits.gather(-1, actions), entropy


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 8), nn.Tanh())
        self.state_encoder = nn.GRU(8, 8)
        self.actor = Categorical(8, 3)
        self.critic = nn.Linear(8, 1)

    def loss_per_step(self, log_probs, values, entropy, old_log_probs, returns, advantages):
        ratio = torch.exp(log_probs - old_log_probs)
        action_loss = -ratio * (advantages - advantages.mean())
        value_loss = 0.5 * (returns - values) ** 2
        return action_loss + 0.5 * value_loss - 0.01 * entropy

    def forward(self, observations, actions, noise, returns, advantages):
        x, _ = self.state_encoder(self.encoder(observations))
        log_probs, entropy = self.actor(x, actions)
        values = self.critic(x)
        old_log_probs = -1.0 + 0.1 * noise
        return self.loss_per_step(log_probs, values, entropy, old_log_probs, returns, advantages).mean()
