"""A query repeated by expand is cloned, and then written to

Source: https://github.com/arogozhnikov/einops/issues/350
Adapted: as the answer says, with a materialised tensor; in a forecaster
Inputs: 3x7x2; 3x4

The clone has memory of its own, and the addition that was done in place keeps nothing that it overwrites.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(2, 8, batch_first=True)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.calendar = nn.Linear(1, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, history, calendar):
        state = self.encoder(history)[1][0]
        queries = self.token.expand(history.size(0), calendar.size(1), -1).clone()
        queries += self.calendar(calendar.unsqueeze(-1))
        queries[:, 0] = queries[:, 0] + state
        queries[:, 1:].mul_(0.5)
        hidden = torch.tanh(queries + state.unsqueeze(1))
        return self.out(hidden).squeeze(-1)
