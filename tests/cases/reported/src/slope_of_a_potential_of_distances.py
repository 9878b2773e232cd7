"""The slope of a potential is fitted, and the potential is a network of distances

Source: https://github.com/pytorch/pytorch/issues/83510
Adapted: distances to six learnt centres, one hidden layer
Inputs: 5x3; 5x3
Loss: output
Raises: backward: the derivative for '_cdist_backward' is not implemented
Codes: BWD404
Line: distances = torch.cdist(x, self.centres)
Line: gradient = torch.autograd.grad([y], [x], create_graph=True)[0]
Op: aten::cdist
Fix: torch.cdist(x, self.centres) => torch.cdist(x, self.centres, compute_mode="use_mm_for_euclid_dist")

The loss differentiates a gradient once more, and the distances of so few points have no second derivative.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(6, 3))
        self.hidden = nn.Linear(6, 16)
        self.energy = nn.Linear(16, 1, bias=False)

    def forward(self, a, grad_ref):
        x = a.detach().requires_grad_()
        distances = torch.cdist(x, self.centres)
        y = self.energy(torch.tanh(self.hidden(distances))).sum()
        gradient = torch.autograd.grad([y], [x], create_graph=True)[0]
        assert gradient is not None
        return F.mse_loss(gradient, grad_ref)
