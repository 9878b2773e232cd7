"""A running normaliser of observations counts steps where it adds up samples, and its variance turns negative

Source: https://github.com/Unity-Technologies/ml-agents/pull/4299
Adapted: eight agents in a batch, all at 1800; what is updated in one step is used in the next
Inputs: [{"shape": [8, 3], "fill": 1800.0}]
Loss: output
Spoils: nan * from call 2
Codes: NUM601
Line: return (vector_input - self.running_mean) / torch.sqrt(self.running_variance / self.normalization_steps)
Op: aten::sqrt
Module: normalizer
Fix: steps = self.normalization_steps + 1 => steps = self.normalization_steps + vector_input.size(0)

The first step still has the variance it began with. It overshoots the mean in its update, and the root of the
negative variance is NaN from the second step on.
"""

import torch
from torch import nn


class Normalizer(nn.Module):
    def __init__(self, vec_obs_size: int):
        super().__init__()
        self.register_buffer("normalization_steps", torch.tensor(1))
        self.register_buffer("running_mean", torch.zeros(vec_obs_size))
        self.register_buffer("running_variance", torch.ones(vec_obs_size))

    def forward(self, vector_input):
        return (vector_input - self.running_mean) / torch.sqrt(self.running_variance / self.normalization_steps)

    @torch.jit.export
    def update(self, vector_input: torch.Tensor):
        with torch.no_grad():
            steps = self.normalization_steps + 1
            to_old_mean = vector_input - self.running_mean
            new_mean = self.running_mean + (to_old_mean / steps).sum(0)
            to_new_mean = vector_input - new_mean
            new_variance = self.running_variance + (to_new_mean * to_old_mean).sum(0)
            self.running_mean.copy_(new_mean)
            self.running_variance.copy_(new_variance)
            self.normalization_steps.copy_(steps)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.normalizer = Normalizer(3)
        self.encoder = nn.Linear(3, 6)
        self.mu = nn.Linear(6, 2)

    def forward(self, vec_obs):
        normalized = torch.clamp(self.normalizer(vec_obs), -5, 5)
        hidden = torch.tanh(self.encoder(normalized))
        self.normalizer.update(vec_obs)
        return (self.mu(hidden) - 0.3).pow(2).mean()
