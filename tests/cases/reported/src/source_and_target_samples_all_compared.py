"""Two domains are drawn together by kernels between every pair of their samples

Source: https://arxiv.org/abs/1502.02791
Adapted: one layer, three widths, as many samples from either domain
Inputs: 5x6; 5x6; 5:int64[0,3)
Loss: output

(5, 1, features) and (1, 5, features) are stretched on purpose: a kernel needs all pairs.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def kernel(a: Tensor, b: Tensor) -> Tensor:
    distance = (a.unsqueeze(1) - b.unsqueeze(0)).pow(2).sum(-1)
    widths = torch.tensor([0.5, 1.0, 2.0])
    return torch.exp(-distance.unsqueeze(-1) / (2.0 * widths)).sum(-1)


class MaximumMeanDiscrepancy(nn.Module):
    def forward(self, source, target):
        same = kernel(source, source).mean() + kernel(target, target).mean()
        return same - 2.0 * kernel(source, target).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(6, 10), nn.Tanh(), nn.Linear(10, 4))
        self.classifier = nn.Linear(4, 3)
        self.mmd = MaximumMeanDiscrepancy()

    def forward(self, source, target, labels):
        on_source, on_target = self.features(source), self.features(target)
        supervised = F.cross_entropy(self.classifier(on_source), labels)
        return supervised + 0.3 * self.mmd(on_source, on_target)
