"""Predicted labels are asked to require a gradient

Source: https://github.com/pytorch/pytorch/issues/95110
Adapted: as reported, with max's indices
Inputs: 5x6
Raises: forward: Tensors of floating point
Codes: BWD405
Line: labels.requires_grad_(True)
Op: aten::requires_grad_
Fix: labels = torch.max(scores, 1)[1] => labels = torch.max(scores, 1)[0]

An index is an integer, and integers have no gradient.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        scores = self.fc(x)
        labels = torch.max(scores, 1)[1]
        labels.requires_grad_(True)
        return labels * 2.0 + scores.mean()
