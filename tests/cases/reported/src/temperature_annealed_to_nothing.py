"""The temperature of a relaxed choice is annealed in a straight line, and the line ends at zero

Source: https://github.com/OHBA-analysis/osl-dynamics/pull/303
Adapted: PyTorch; two steps of annealing; deterministic scores
Inputs: 4x5
Loss: output
Spoils: nan inference.* means from call 2
Codes: NUM601
Line: alpha = torch.softmax(logits / temperature, dim=-1)
Op: aten::div
Module: sample
Fix: self.n_steps = 1 => self.n_steps = 50

In the second step the temperature is zero, and the scores are divided by it.
"""

import torch
from torch import nn


class SampleGumbelSoftmax(nn.Module):
    def __init__(self, start: float, end: float):
        super().__init__()
        self.start = start
        self.end = end
        self.n_steps = 1
        self.register_buffer("step", torch.zeros(()))

    def forward(self, logits):
        progress = (self.step / self.n_steps).clamp(max=1.0)
        temperature = self.start + (self.end - self.start) * progress
        self.step.add_(1.0)
        alpha = torch.softmax(logits / temperature, dim=-1)
        return alpha


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inference = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
        self.sample = SampleGumbelSoftmax(1.0, 0.0)
        self.means = nn.Parameter(torch.randn(3, 5))
        self.prior = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        alpha = self.sample(self.inference(x))
        reconstruction = (alpha @ self.means - x).pow(2).mean()
        return reconstruction + torch.softmax(self.prior, 0).pow(2).sum() + self.prior.sum() * 0.1
