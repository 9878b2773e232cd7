"""A negative binomial likelihood whose total count is a relu, and zero for a gene

Source: https://github.com/OmicsML/dance/issues/166
Adapted: the decoder's dispersion has a relu where it wants a softplus; a third of the genes start below it
Inputs: [{"shape": [4, 6]}]
Loss: output
Spoils: nan encoder.* px_r.* from call 2
Codes: NUM601 FMT901
Line: ll = torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1.0)
Op: aten::lgamma aten::sub
Module: .
Fix: theta = F.relu(self.px_r(h)) => theta = F.softplus(self.px_r(h))

The logarithm of the gamma function is infinite at zero, and the difference of two of those is not a number: so is
the loss. At first the relu keeps it from the gradients, from the second call on the executor does not.
"""

import torch
from torch import nn
from torch.nn import functional as F


def log_nb_positive(x: torch.Tensor, mu: torch.Tensor, theta: torch.Tensor):
    ll = torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1.0)
    log_theta_mu = torch.log(theta + mu + 1e-8)
    return ll + theta * (torch.log(theta + 1e-8) - log_theta_mu) + x * (torch.log(mu + 1e-8) - log_theta_mu)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 8), nn.Tanh())
        self.px_scale = nn.Linear(8, 6)
        self.px_r = nn.Linear(8, 6)
        with torch.no_grad():
            self.px_r.bias.copy_(torch.tensor([2.0, 2.0, -3.0, 2.0, 2.0, -3.0]))

    def forward(self, genes):
        counts = torch.floor(genes.abs() * 3.0)
        h = self.encoder(torch.log1p(counts))
        mu = torch.softmax(self.px_scale(h), dim=-1) * counts.sum(-1, keepdim=True)
        theta = F.relu(self.px_r(h))
        return -log_nb_positive(counts, mu, theta).sum(-1).mean()
