"""A consistency model follows itself at a smaller noise, without a gradient

Source: Consistency Models, https://arxiv.org/abs/2303.01469
Inputs: 6x4
Loss: output

The target comes from the same weights, and is held fixed.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.sigma_data = 0.5
        self.eps = 0.002
        self.register_buffer("schedule", torch.tensor([0.1, 0.3, 0.7, 1.5]))
        self.time = nn.Sequential(nn.Linear(1, 8), nn.SiLU())
        self.net = nn.Sequential(nn.Linear(12, 16), nn.SiLU(), nn.Linear(16, 4))

    def consistency(self, x, t):
        skip = self.sigma_data**2 / ((t - self.eps) ** 2 + self.sigma_data**2)
        out = self.sigma_data * (t - self.eps) / torch.sqrt(t**2 + self.sigma_data**2)
        embedded = self.time(torch.log(t))
        return skip * x + out * self.net(torch.cat([x, embedded], dim=1))

    def forward(self, clean):
        n = torch.randint(0, self.schedule.size(0) - 1, [clean.size(0), 1])
        noise = torch.randn_like(clean)
        later, earlier = self.schedule[n + 1], self.schedule[n]
        predicted = self.consistency(clean + later * noise, later)
        with torch.no_grad():
            target = self.consistency(clean + earlier * noise, earlier)
        gap = (predicted - target).pow(2).sum(dim=1)
        return (torch.sqrt(gap + 0.03**2) - 0.03).mean()
