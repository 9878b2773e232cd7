"""The trainable initial state of a skill decoder's LSTM is a plain tensor

Source: https://github.com/clvrai/spirl/pull/3
Adapted: what the initializer holds is a reconstruction; hidden state and cell in one tensor
Inputs: 3x5x4; 3x5x2
Loss: output
Spoils: wrong
Codes: PAR206
Line: self.initial = torch.randn(1, 2 * hidden) * 0.1
Line: h, c = self.initial.expand(batch, -1).chunk(2, dim=1)
Op: prim::GetAttr
Module: initializer
Fix: self.initial = torch.randn(1, 2 * hidden) * 0.1 => self.initial = nn.Parameter(torch.randn(1, 2 * hidden) * 0.1)

The initializer was to be learnt; it is no parameter, and stays what it was drawn as.
"""

from typing import Tuple

import torch
from torch import nn
from torch.nn import functional as F


class TrainableInitializer(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.initial = torch.randn(1, 2 * hidden) * 0.1

    def forward(self, batch: int) -> Tuple[torch.Tensor, torch.Tensor]:
        h, c = self.initial.expand(batch, -1).chunk(2, dim=1)
        return h.contiguous().unsqueeze(0), c.contiguous().unsqueeze(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inference = nn.GRU(6, 10, batch_first=True)
        self.q = nn.Linear(10, 6)
        self.initializer = TrainableInitializer(12)
        self.decoder = nn.LSTM(4 + 3, 12, batch_first=True)
        self.action = nn.Linear(12, 2)

    def forward(self, states, actions):
        _, summary = self.inference(torch.cat([states, actions], dim=-1))
        mu, log_sigma = self.q(summary[0]).chunk(2, dim=-1)
        z = mu + log_sigma.exp() * torch.randn_like(mu)
        inputs = torch.cat([states, z.unsqueeze(1).expand(-1, states.size(1), -1)], dim=-1)
        hidden, _ = self.decoder(inputs, self.initializer(states.size(0)))
        kl = 0.5 * (mu.pow(2) + (2 * log_sigma).exp() - 1.0 - 2 * log_sigma).sum(-1).mean()
        return F.mse_loss(self.action(hidden), actions) + 0.01 * kl
