"""A flow-matching loss of actions is weighed by a flag that has one axis too few

Source: https://github.com/dreamzero0/dreamzero/issues/25
Adapted: a small action head, the noise and the time as inputs
Inputs: 2x5; 2x6x3; 2x6x3; 2
Loss: output
Raises: forward: The size of tensor a (2) must match the size of tensor b (6) at non-singleton dimension 1
Codes: SHP706
Line: action_loss = has_real_action[:, None].float() * action_loss
Op: aten::mul aten::unsqueeze
Twin: healthy
Fix: has_real_action[:, None].float() => has_real_action[:, None, None].float()

(N, 1) is set beside the last two axes of (N, steps, actions); with one robot it goes unnoticed.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ActionHead(nn.Module):
    def __init__(self, state: int, action: int, hidden: int):
        super().__init__()
        self.state_proj = nn.Linear(state, hidden)
        self.action_proj = nn.Linear(action, hidden)
        self.time_proj = nn.Linear(1, hidden)
        self.mix = nn.GRU(hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, action)

    def forward(self, state, noisy, t):
        h = self.action_proj(noisy) + (self.state_proj(state) + self.time_proj(t[:, None])).unsqueeze(1)
        h, _ = self.mix(torch.tanh(h))
        return self.out(h)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = ActionHead(5, 3, 8)

    def weighted(self, action_loss, has_real_action):
        action_loss = has_real_action[:, None].float() * action_loss
        return action_loss.mean()

    def forward(self, state, actions, noise, timestep):
        t = torch.sigmoid(timestep)
        noisy = (1 - t)[:, None, None] * noise + t[:, None, None] * actions
        target = actions - noise
        has_real_action = actions.abs().sum(dim=(1, 2)) > 0
        action_loss = F.mse_loss(self.head(state, noisy, t), target, reduction="none")
        return self.weighted(action_loss, has_real_action)
