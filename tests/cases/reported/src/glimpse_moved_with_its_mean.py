"""The place of a glimpse is scored by the distribution that it moves with

Source: https://github.com/kevinzakka/recurrent-visual-attention/issues/37
Adapted: one glimpse, the reward is how near it comes; the sample keeps its graph
Inputs: 5x9; 5x2; 5x2
Loss: output
Spoils: zero locator.*
Codes: ZER504
Line: l_t = mu + self.std * noise
Line: log_pi = -((l_t - mu) ** 2).sum(dim=1) / (2 * self.std**2)
Op: aten::add aten::sub aten::mul
Module: .
Fix: l_t = mu + self.std * noise => l_t = (mu + self.std * noise).detach()

Sample less mean is the noise, whatever the mean is: its logarithm does not depend on the network.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Locator(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.fc = nn.Linear(hidden, hidden // 2)
        self.fc_lt = nn.Linear(hidden // 2, 2)

    def forward(self, h_t):
        return torch.tanh(self.fc_lt(F.gelu(self.fc(h_t.detach()))))


class Net(nn.Module):
    def __init__(self, hidden: int = 12, std: float = 0.17):
        super().__init__()
        self.std = std
        self.core = nn.Linear(9, hidden)
        self.locator = Locator(hidden)
        self.baseliner = nn.Linear(hidden, 1)

    def forward(self, glimpse, target, noise):
        h_t = torch.tanh(self.core(glimpse))
        mu = self.locator(h_t)
        l_t = mu + self.std * noise
        log_pi = -((l_t - mu) ** 2).sum(dim=1) / (2 * self.std**2)
        baseline = self.baseliner(h_t).squeeze(1)
        reward = torch.exp(-(l_t - target).pow(2).sum(dim=1)).detach()
        adjusted = reward - baseline.detach()
        return F.mse_loss(baseline, reward) - (log_pi * adjusted).mean()
