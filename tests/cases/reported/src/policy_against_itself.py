"""A policy ratio of log probabilities with themselves, one of them detached

Source: DeepSeekMath: Pushing the Limits of Mathematical Reasoning, https://arxiv.org/abs/2402.03300
Adapted: on policy: the old log probabilities are the new ones; a frozen reference
Inputs: [{"shape": [6, 4, 5]}, {"shape": [6, 4], "dtype": "int64", "low": 0, "high": 7}, {"shape": [6]}]
Loss: output

The ratio is one whatever the network says, and its gradient is that of the log probability.
"""

import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 8)
        self.lm_head = nn.Linear(8, 7)

    def forward(self, x, tokens):
        logps = torch.log_softmax(self.lm_head(torch.tanh(self.body(x))), dim=-1)
        return logps.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = Policy()
        self.ref_policy = Policy().requires_grad_(False)

    def forward(self, states, completion_ids, rewards):
        grouped = rewards.view(2, 3)
        advantages = (grouped - grouped.mean(1, keepdim=True)) / (grouped.std(1, keepdim=True) + 1e-4)
        per_token_logps = self.policy(states, completion_ids)
        with torch.no_grad():
            ref_per_token_logps = self.ref_policy(states, completion_ids)
        ratio = torch.exp(per_token_logps - per_token_logps.detach())
        clipped = torch.clamp(ratio, 0.8, 1.2)
        surrogate = torch.minimum(ratio * advantages.view(-1, 1), clipped * advantages.view(-1, 1))
        delta = ref_per_token_logps - per_token_logps
        kl = torch.exp(delta) - delta - 1
        return -(surrogate - 0.04 * kl).mean()
