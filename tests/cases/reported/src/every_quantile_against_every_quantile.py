"""Implicit quantiles of a state meet all quantiles of the next, pair by pair, as they are meant to

Source: https://github.com/Kchu/DeepRL_PyTorch/issues/1
Adapted: the fractions are inputs; the target network is frozen and not asked for a gradient
Inputs: [{"shape": [4, 6]}, {"shape": [4, 5], "fill": "uniform"}, {"shape": [4, 7], "fill": "uniform"}, {"shape": [4], "dtype": "int64", "low": 0, "high": 3}, {"shape": [4]}]
Loss: output

(N, 5, 1) against (N, 1, 7) is every difference that a quantile Huber loss sums.
"""

import torch
import torch.nn.functional as F
from torch import nn


class IQN(nn.Module):
    def __init__(self, n_actions: int):
        super().__init__()
        self.feature = nn.Linear(6, 16)
        self.phi = nn.Linear(8, 16)
        self.fc_q = nn.Linear(16, n_actions)
        self.register_buffer("harmonics", torch.arange(8, dtype=torch.float32) * torch.pi)

    def forward(self, state, tau):
        x = torch.tanh(self.feature(state)).unsqueeze(1)
        embedded = torch.cos(tau.unsqueeze(-1) * self.harmonics)
        return self.fc_q(x * torch.tanh(self.phi(embedded)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gamma = 0.9
        self.pred_net = IQN(3)
        self.target_net = IQN(3).requires_grad_(False)

    def forward(self, state, tau, next_tau, action, reward):
        q_eval = self.pred_net(state, tau)
        index = action.view(-1, 1, 1).expand(-1, q_eval.size(1), 1)
        q_eval = q_eval.gather(2, index)
        with torch.no_grad():
            q_next = self.target_net(state.roll(1, 0), next_tau)
            best = q_next.mean(dim=1).argmax(dim=1)
            q_next = q_next[torch.arange(best.size(0)), :, best]
            q_target = (reward.unsqueeze(1) + self.gamma * q_next).unsqueeze(1)
        u = q_target - q_eval
        huber = F.smooth_l1_loss(q_eval.expand_as(u), q_target.expand_as(u), reduction="none")
        weight = (tau.unsqueeze(2) - (u.detach() < 0).float()).abs()
        return (weight * huber).mean(dim=2).sum(dim=1).mean()
