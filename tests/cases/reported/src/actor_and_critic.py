"""An advantage that is detached for the actor, and not for the critic

Source: Asynchronous Methods for Deep Reinforcement Learning, https://arxiv.org/abs/1602.01783
Inputs: 6x4; 6:int64[0,3); 6
Loss: output

The critic has its own term.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Linear(4, 3)
        self.critic = nn.Linear(4, 1)

    def forward(self, state, action, returns):
        advantage = returns - self.critic(state).squeeze(-1)
        log_p = F.log_softmax(self.actor(state), dim=-1)
        chosen = log_p.gather(1, action.unsqueeze(1)).squeeze(1)
        entropy = -(log_p.exp() * log_p).sum(1).mean()
        return -(chosen * advantage.detach()).mean() + 0.5 * advantage.pow(2).mean() - 0.01 * entropy
