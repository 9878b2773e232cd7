"""The last batch holds one image, and a bare squeeze takes its dimension away

Source: https://github.com/layumi/Person_reID_baseline_pytorch/issues/77
Adapted: LayerNorm would not notice; the classifier is a BatchNorm in evaluation mode and a linear layer, as reported
Inputs: 1x3x8x8
Mode: eval
Raises: forward: expected 2D or 3D input (got 1D input)
Codes: SHP720 SHP703
Line: x = torch.squeeze(x)
Line: x = self.norm(x)
Op: aten::squeeze prim::RaiseException aten::batch_norm
Module: . norm
Twin: healthy
Fix: torch.squeeze(x) => torch.flatten(x, 1)

(1, 6, 1, 1) becomes (6,), where (1, 6) was meant.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.norm = nn.BatchNorm1d(6)
        self.classifier = nn.Linear(6, 4)

    def forward(self, x):
        x = self.pool(torch.relu(self.stem(x)))
        x = torch.squeeze(x)
        x = self.norm(x)
        return self.classifier(x)
