"""The weight of a noise level has a column, and the error that it weighs has none

Source: https://github.com/bayesflow-org/bayesflow/issues/787
Adapted: a cosine schedule, the weight is a sigmoid of the signal-to-noise ratio
Inputs: [{"shape": [5, 3]}, {"shape": [5, 4]}, {"shape": [5, 1], "fill": "uniform"}, {"shape": [5, 3]}]
Loss: output
Spoils: wrong
Codes: SHP707
Line: loss = weights_for_snr * torch.mean((noise_pred - eps) ** 2, dim=-1)
Op: aten::mul
Twin: healthy
Fix: dim=-1) => dim=-1, keepdim=True)

(5, 1) times (5,) is (5, 5), whose mean is the mean weight times the mean error.
"""

import math

import torch
from torch import nn


class NoiseSchedule(nn.Module):
    def __init__(self, shift: float):
        super().__init__()
        self.shift = shift

    def forward(self, t):
        log_snr = -2.0 * torch.log(torch.tan(math.pi * (0.02 + 0.96 * t) / 2.0)) + self.shift
        return log_snr, torch.sqrt(torch.sigmoid(log_snr)), torch.sqrt(torch.sigmoid(-log_snr))

    def weight(self, log_snr):
        return torch.sigmoid(-log_snr + 2.0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.noise_schedule = NoiseSchedule(0.5)
        self.summary = nn.Sequential(nn.Linear(4, 8), nn.SiLU())
        self.subnet = nn.Sequential(nn.Linear(12, 24), nn.SiLU(), nn.Linear(24, 24), nn.SiLU())
        self.output_projector = nn.Linear(24, 3)

    def forward(self, x, conditions, t, eps):
        log_snr_t, alpha_t, sigma_t = self.noise_schedule(t)
        z_t = alpha_t * x + sigma_t * eps
        h = self.subnet(torch.cat([z_t, self.summary(conditions), log_snr_t], dim=1))
        noise_pred = self.output_projector(h)
        weights_for_snr = self.noise_schedule.weight(log_snr_t)
        loss = weights_for_snr * torch.mean((noise_pred - eps) ** 2, dim=-1)
        return loss.mean()
