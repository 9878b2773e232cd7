"""A clipped critic loss meets values in a row with returns in a column

Source: https://github.com/RLinf/RLinf/issues/1568
Adapted: a small actor and critic of one trunk, the policy's ratio not clipped
Inputs: 6x5; 6:int64[0,3); 6; 6; 6x1; 6x1
Loss: output
Spoils: wrong
Codes: SHP707
Line: return self.value_head(hidden).squeeze(-1)
Line: values_clipped = prev_values + (values - prev_values).clamp(-self.value_clip, self.value_clip)
Line: loss_plain = (returns - values) ** 2
Line: loss_clipped = (returns - values_clipped) ** 2
Op: aten::sub aten::squeeze
Fix: self.value_head(hidden).squeeze(-1) => self.value_head(hidden)

(N,) beside (N, 1) is (N, N): each value is held against the returns of the whole batch.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.value_clip = 0.2
        self.trunk = nn.Sequential(nn.Linear(5, 12), nn.Tanh())
        self.policy_head = nn.Linear(12, 3)
        self.value_head = nn.Linear(12, 1)

    def get_value(self, hidden):
        return self.value_head(hidden).squeeze(-1)

    def actor_loss(self, hidden, actions, old_logprobs, advantages):
        logprobs = torch.log_softmax(self.policy_head(hidden), dim=-1)
        logprobs = logprobs.gather(1, actions.unsqueeze(1)).squeeze(1)
        ratio = torch.exp(logprobs - old_logprobs)
        return -(ratio * advantages).mean()

    def critic_loss(self, values, prev_values, returns):
        values_clipped = prev_values + (values - prev_values).clamp(-self.value_clip, self.value_clip)
        loss_plain = (returns - values) ** 2
        loss_clipped = (returns - values_clipped) ** 2
        return 0.5 * torch.where(loss_clipped > loss_plain, loss_clipped, loss_plain).mean()

    def forward(self, obs, actions, noise, advantages, prev_values, returns):
        hidden = self.trunk(obs)
        old_logprobs = -1.1 + 0.05 * noise
        policy = self.actor_loss(hidden, actions, old_logprobs, advantages)
        return policy + self.critic_loss(self.get_value(hidden), prev_values, returns)
