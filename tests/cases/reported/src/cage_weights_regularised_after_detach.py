"""The coordinates of a cage are detached, and their regulariser with them

Source: https://github.com/yifita/deep_cage/issues/16
Adapted: coordinates by inverse distance, a cage of four vertices
Inputs: 2x5x3; 2x5x3
Loss: output
Spoils: wrong template encoder.*
Codes: CUT108 CUT101
Line: weights = weights.detach()
Line: return fit + self.mvc_weight * self.mvc_reg(weights)
Op: aten::detach aten::add aten::mul
Fix: weights = weights.detach() => weights = weights * 1.0

However large the weight of the term, the result of the training is the same.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, vertices: int = 4):
        super().__init__()
        self.mvc_weight = 0.5
        self.template = nn.Parameter(torch.randn(vertices, 3))
        self.encoder = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 3 * vertices))
        self.decoder = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 3 * vertices))

    def shift(self, code):
        return code.mean(dim=1).view(code.size(0), -1, 3)

    def coordinates(self, cage, points):
        gap = points.unsqueeze(2) - cage.unsqueeze(1)
        closeness = 1.0 / (gap.pow(2).sum(-1) + 0.1)
        return closeness / closeness.sum(-1, keepdim=True)

    def mvc_reg(self, weights):
        return (weights * weights).sum(-1).mean()

    def forward(self, source, target):
        cage = self.template + self.shift(self.encoder(source))
        weights = self.coordinates(cage, source)
        weights = weights.detach()
        new_cage = cage + self.shift(self.decoder(target))
        fit = (weights @ new_cage - target).pow(2).mean()
        return fit + self.mvc_weight * self.mvc_reg(weights)
