"""A critic with a penalty on the norm of its gradient by its input

Source: Improved Training of Wasserstein GANs, https://arxiv.org/abs/1704.00028
Adapted: the gradient is taken in the forward, with a graph of its own
Inputs: [{"shape": [5, 4]}, {"shape": [5, 4]}]
Loss: output
Benign: critic.2.bias

The interpolated input wants a gradient though no parameter made it; the last bias shifts both sides alike.
"""

from typing import List, Optional

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(4, 8), nn.Softplus(), nn.Linear(8, 1))

    def penalty(self, real, fake):
        mixed = (0.3 * real + 0.7 * fake).detach().requires_grad_(True)
        score = self.critic(mixed).sum()
        outputs: List[Optional[torch.Tensor]] = [None]
        found = torch.autograd.grad([score], [mixed], outputs, create_graph=True)[0]
        assert found is not None
        return (found.norm(p=2, dim=1) - 1).pow(2).mean()

    def forward(self, real, fake):
        distance = self.critic(fake.detach()).mean() - self.critic(real).mean()
        return distance + 10 * self.penalty(real, fake)
