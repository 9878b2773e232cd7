"""A penalty on the variance of gradients between domains that changes nothing

Source: https://github.com/facebookresearch/DomainBed/issues/50
Adapted: two domains; the gradients are those of the classifier's weight
Inputs: [{"shape": [6, 5]}, {"shape": [6], "dtype": "int64", "high": 3}, {"shape": [6, 5]}, {"shape": [6], "dtype": "int64", "high": 3}]
Loss: output
Spoils: wrong featurizer.* classifier.*
Codes: CUT108
Line: found = torch.autograd.grad([loss], [self.classifier.weight], retain_graph=True, create_graph=False)[0]
Line: return mean_loss + self.penalty * penalty_value
Op: aten::grad aten::add aten::mul
Fix: create_graph=False => create_graph=True

The gradients come without a graph of their own, so the penalty is a number to backward.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, penalty: float = 100.0):
        super().__init__()
        self.penalty = penalty
        self.featurizer = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 8), nn.Tanh())
        self.classifier = nn.Linear(8, 3)

    def gradient_of(self, loss: torch.Tensor) -> torch.Tensor:
        found = torch.autograd.grad([loss], [self.classifier.weight], retain_graph=True, create_graph=False)[0]
        assert found is not None
        return found

    def forward(self, photo, photo_label, sketch, sketch_label):
        first = F.cross_entropy(self.classifier(self.featurizer(photo)), photo_label)
        second = F.cross_entropy(self.classifier(self.featurizer(sketch)), sketch_label)
        mean_loss = (first + second) / 2
        g1, g2 = self.gradient_of(first), self.gradient_of(second)
        mean_g = (g1 + g2) / 2
        penalty_value = (g1 - mean_g).pow(2).sum() + (g2 - mean_g).pow(2).sum()
        return mean_loss + self.penalty * penalty_value
