"""The critic is asked state by state, and its answers are made into a new tensor

Source: https://github.com/kengz/SLM-Lab/pull/133
Adapted: one episode, given actions and returns
Inputs: 7x4; 7:int64[0,3); 7
Loss: output
Spoils: none critic.*
Codes: CUT105 CUT108
Line: v_preds.append(float(self.critic(states[t])))
Line: v_pred = torch.tensor(v_preds)
Op: aten::Float aten::FloatImplicit aten::item aten::tensor
Fix: v_pred = torch.tensor(v_preds) => v_pred = self.critic(states).squeeze(1)

The value loss is there, and the agent's critic stays as it was initialised.
"""

from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
        self.critic = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))

    def calc_v(self, states):
        v_preds: List[float] = []
        for t in range(states.size(0)):
            v_preds.append(float(self.critic(states[t])))
        v_pred = torch.tensor(v_preds)
        return v_pred

    def forward(self, states, actions, returns):
        v_pred = self.calc_v(states)
        advs = returns - v_pred.detach()
        log_probs = F.log_softmax(self.actor(states), dim=-1)
        chosen = log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)
        entropy = -(log_probs.exp() * log_probs).sum(dim=-1).mean()
        policy_loss = -(chosen * advs).mean() - 0.01 * entropy
        val_loss = 0.5 * F.mse_loss(v_pred, returns)
        return policy_loss + val_loss
