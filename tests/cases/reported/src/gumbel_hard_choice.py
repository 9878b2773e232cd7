"""A hard choice with a soft gradient

Source: Categorical Reparameterization with Gumbel-Softmax, https://arxiv.org/abs/1611.01144
Adapted: written out: argmax and scatter under the straight-through sum
Inputs: 6x5

The argmax only decides which value is shown.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.choose = nn.Linear(5, 4)
        self.values = nn.Parameter(torch.randn(4, 3))

    def forward(self, x):
        logits = self.choose(x)
        noise = -torch.log(-torch.log(torch.rand_like(logits) * 0.98 + 0.01))
        soft = torch.softmax((logits + noise) / 0.7, dim=-1)
        hard = torch.zeros_like(soft).scatter_(1, soft.argmax(1, keepdim=True), 1.0)
        return (hard - soft.detach() + soft) @ self.values
