"""A rank correlation is computed from the indices of a sort

Source: https://github.com/lanlan96/ARM3D/issues/1
Adapted: ranks instead of chosen proposals
Inputs: 6x4; 6
Loss: output
Raises: backward: does not require grad
Codes: CUT103
Line: ranks = scores.argsort().argsort().float()
Op: aten::argsort
Benign: score.bias
Fix: scores.argsort().argsort().float() => torch.sigmoid(scores.unsqueeze(1) - scores).sum(1)

Ranks are indices, and turning them into floating numbers brings no gradient back.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(4, 1)

    def forward(self, x, target):
        scores = self.score(x).squeeze(-1)
        ranks = scores.argsort().argsort().float()
        return (ranks - target).pow(2).mean()
