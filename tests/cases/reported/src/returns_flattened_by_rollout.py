"""Critic's values flattened time first, returns flattened batch first

Source: https://github.com/ikostrikov/pytorch-a2c-ppo-acktr-gail/issues/97
Adapted: values of a critic against returns, flattened where the report viewed the observations
Inputs: 4x6x5; 4x6
Loss: output
Spoils: wrong
Codes: SHP716
Line: return F.mse_loss(values, returns.reshape(-1))
Line: values = self.critic(out).reshape(-1)
Op: aten::mse_loss
Fix: self.critic(out).reshape => self.critic(out).transpose(0, 1).reshape

The values run through the rollouts of a step, the returns through the steps of a rollout.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8)
        self.critic = nn.Linear(8, 1)

    def forward(self, obs, returns):
        out, h = self.rnn(obs.transpose(0, 1))
        values = self.critic(out).reshape(-1)
        return F.mse_loss(values, returns.reshape(-1))
