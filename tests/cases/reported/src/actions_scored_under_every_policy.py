"""Actions come in a column, and a categorical distribution scores each of them under the policy of each state

Source: https://github.com/LucasAlegre/morl-baselines/issues/88
Adapted: six states, three actions, the policy conditioned on the return so far
Export: trace 6x4; 6x2; 6x1:int64[0,3); 6
Inputs: 6x4; 6x2; 6x1:int64[0,3); 6
Loss: output
Spoils: wrong
Codes: SHP707
Line: log_probs = current_distribution.log_prob(actions)
Line: return -torch.mean(log_probs * returns)
Op: aten::broadcast_tensors aten::gather aten::unsqueeze aten::mul
Module: .
Fix: current_distribution.log_prob(actions) => current_distribution.log_prob(actions.squeeze(1))

log_prob broadcasts a column of six actions against a row of six distributions, and returns (6, 6).
"""

import torch
from torch import nn


class PolicyNet(nn.Module):
    def __init__(self, obs_dim: int, rew_dim: int, n_actions: int):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs_dim + rew_dim, 20), nn.Tanh(), nn.Linear(20, n_actions))

    def forward(self, obs, acc_reward):
        return self.net(torch.cat([obs, acc_reward], dim=-1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = PolicyNet(4, 2, 3)

    def forward(self, obs, acc_reward, actions, returns):
        logits = self.policy(obs, acc_reward)
        current_distribution = torch.distributions.Categorical(logits=logits, validate_args=False)
        log_probs = current_distribution.log_prob(actions)
        return -torch.mean(log_probs * returns)
