"""The running matrix of a whitening layer is an expanded identity, and is updated in place

Source: https://github.com/huangleiBuaa/IterNorm-pytorch/issues/2
Adapted: two groups of three channels, one Newton step left out
Inputs: 8x6
Raises: forward: more than one element of the written-to tensor refers to a single memory location
Codes: IPL304
Line: self.running.mul_(0.9).add_(sigma.detach(), alpha=0.1)
Line: self.register_buffer("running", torch.eye(3).expand(2, 3, 3))
Op: aten::mul_
Module: white
Twin: healthy
Fix: torch.eye(3).expand(2, 3, 3) => torch.eye(3).repeat(2, 1, 1)

Both groups' matrices are the same memory.
"""

import torch
from torch import nn


class Whitening(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(6))
        self.register_buffer("running", torch.eye(3).expand(2, 3, 3))

    def forward(self, x):
        groups = x.view(x.size(0), 2, 3).transpose(0, 1)
        centred = groups - groups.mean(1, keepdim=True)
        sigma = centred.transpose(1, 2) @ centred / x.size(0)
        self.running.mul_(0.9).add_(sigma.detach(), alpha=0.1)
        white = centred @ self.running.clone()
        return white.transpose(0, 1).reshape(x.size(0), 6) * self.scale


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 6)
        self.white = Whitening()

    def forward(self, x):
        return self.white(torch.tanh(self.inner(x)))
