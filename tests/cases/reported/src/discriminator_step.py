"""The discriminator's step of an adversarial network: the generator is frozen and its images detached

Source: Generative Adversarial Networks, https://arxiv.org/abs/1406.2661
Inputs: 4x3; 4x6
Loss: output

Only the discriminator is to learn here.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.generate = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 6)).requires_grad_(False)
        self.judge = nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))

    def forward(self, noise, real):
        fake = self.generate(noise).detach()
        good = self.judge(real)
        bad = self.judge(fake)
        return F.softplus(-good).mean() + F.softplus(bad).mean()
