"""An adapted policy is evaluated without gradient, and its loss is told to want one

Source: https://github.com/Kostis-S-Z/exploring_meta/issues/16
Adapted: a small policy instead of the image network
Inputs: 9x5; 9:int64[0,4); 9; 9
Loss: output
Spoils: none *
Codes: CUT107 CUT102
Line: loss.requires_grad_(True)
Line: with torch.no_grad():
Op: aten::requires_grad_ prim::Enter
Fix: with torch.no_grad(): => if True:

The error went away, and so did all gradients.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 12), nn.ReLU())
        self.actor = nn.Linear(12, 4)
        self.critic = nn.Linear(12, 1)

    def forward(self, states):
        h = self.body(states)
        return F.log_softmax(self.actor(h), dim=-1), self.critic(h).squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = ActorCritic()

    def forward(self, states, actions, old_log_probs, returns):
        with torch.no_grad():
            log_probs, values = self.policy(states)
        new_log_probs = log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)
        ratio = torch.exp(new_log_probs - old_log_probs)
        advantages = returns - values.detach()
        surrogate = torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
        loss = F.mse_loss(values, returns) - surrogate.mean()
        loss.requires_grad_(True)
        return loss
