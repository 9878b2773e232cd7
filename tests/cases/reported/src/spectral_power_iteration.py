"""A power iteration under no_grad, and the norm that it gives in the graph

Source: Spectral Normalization for Generative Adversarial Networks, https://arxiv.org/abs/1802.05957
Adapted: one iteration for each call, the vector is a buffer
Inputs: 4x5

The vectors are numbers, the weight between them is not.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 5))
        self.register_buffer("u", F.normalize(torch.randn(6), dim=0))
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        with torch.no_grad():
            v = F.normalize(self.weight.t().mv(self.u), dim=0)
            u = F.normalize(self.weight.mv(v), dim=0)
            self.u.copy_(u)
        sigma = torch.dot(u, self.weight.mv(v))
        return self.out(torch.tanh(F.linear(x, self.weight / sigma)))
