"""Features of a wrong size are viewed, and eight samples become one and a half

Source: https://github.com/weka511/hpa-scc/issues/38
Adapted: four samples become two; the loss takes the mean of the batch
Inputs: 4x3x6x6
Spoils: wrong
Codes: SHP718
Line: h = h.view(-1, 2 * 4 * 3 * 3)
Op: aten::view
Fix: h = h.view(-1, 2 * 4 * 3 * 3) => h = torch.cat([h.flatten(1), h.flatten(1)], 1)

Each row holds the features of two images.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.out = nn.Linear(72, 2)

    def forward(self, x):
        h = F.max_pool2d(torch.relu(self.conv(x)), 2)
        h = h.view(-1, 2 * 4 * 3 * 3)
        return self.out(h)
