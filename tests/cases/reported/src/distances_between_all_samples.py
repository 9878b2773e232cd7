"""A student learns the distances between all samples of a batch, so that they are compared pair by pair

Source: https://github.com/HobbitLong/RepDistiller/issues/9
Adapted: the distance loss alone, the teacher's features an input
Inputs: 5x4; 5x6
Loss: output
Benign: project.bias

The second operand is stretched by its missing axis, and that is meant.
"""

import torch
import torch.nn.functional as F
from torch import nn


def pdist(e):
    return (e.unsqueeze(1) - e).pow(2).sum(dim=-1).clamp(min=1e-6).sqrt()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(4, 8), nn.Tanh())
        self.project = nn.Linear(8, 3)

    def forward(self, x, teacher):
        with torch.no_grad():
            t_d = pdist(teacher)
            t_d = t_d / t_d.mean()
        d = pdist(self.project(self.embed(x)))
        d = d / d.mean()
        return F.smooth_l1_loss(d, t_d)
