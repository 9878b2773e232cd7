"""Two branches joined by cat without a dim: along the batch

Source: https://discuss.pytorch.org/t/concatenate-layer-output-with-additional-input-data/20462
Adapted: a small network of the same kind
Inputs: 4x8; 4x5
Loss: mean
Raises: forward: mat1 and mat2 shapes cannot be multiplied (8x6 and 12x3)
Codes: SHP705 SHP701
Line: x = torch.cat((x1, x2))
Line: return self.fc(x)
Op: aten::cat aten::linear
Module: . fc
Twin: healthy
Fix: torch.cat((x1, x2)) => torch.cat((x1, x2), dim=1)

Two tensors of (4, 6) become (8, 6), where (4, 12) was meant. A narrower layer would run, on samples that are none.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(8, 6)
        self.right = nn.Linear(5, 6)
        self.fc = nn.Linear(12, 3)

    def forward(self, a, b):
        x1 = F.relu(self.left(a))
        x2 = F.relu(self.right(b))
        x = torch.cat((x1, x2))
        return self.fc(x)
