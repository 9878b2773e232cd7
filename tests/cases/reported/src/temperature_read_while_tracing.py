"""A learnt temperature is turned into a Python float, and the model is traced

Source: https://github.com/bubbliiiing/efficientdet-pytorch/issues/12
Adapted: a similarity head; the warning is the same
Export: trace 4x5;4x6
Inputs: 4x5; 4x6
Spoils: none head.temperature
Codes: CUT106 PAR203
Line: logits = a @ b.t() / float(self.temperature)
Op: prim::Constant aten::div
Module: head .
Fix: float(self.temperature) => self.temperature

The trace divides by the number that it saw.
"""

import torch
from torch import nn
from torch.nn import functional as F


class SimilarityHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(0.5))
        self.left = nn.Linear(8, 4)
        self.right = nn.Linear(8, 4)

    def forward(self, a, b):
        a, b = F.normalize(self.left(a), dim=1), F.normalize(self.right(b), dim=1)
        logits = a @ b.t() / float(self.temperature)
        return logits


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.vision = nn.Sequential(nn.Linear(5, 8), nn.GELU())
        self.language = nn.Sequential(nn.Linear(6, 8), nn.GELU())
        self.head = SimilarityHead()

    def forward(self, image, text):
        return self.head(self.vision(image), self.language(text))
