"""A single volume without its channel dimension

Source: https://github.com/sergivalverde/nicMSlesions/issues/16
Adapted: a batch of patches was squeezed too, here it is one dimension short by two
Inputs: 5x5x5
Raises: forward: Expected 4D (unbatched) or 5D (batched) input to conv3d
Codes: SHP703
Line: return self.head(self.patch(x).flatten(1))
Op: aten::conv3d
Module: patch.0
Fix: self.patch(x).flatten(1) => self.patch(x[None, None]).flatten(1)

conv3d takes (N, C, D, H, W).
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Sequential(nn.Conv3d(1, 2, 3), nn.PReLU())
        self.head = nn.Linear(54, 2)

    def forward(self, x):
        return self.head(self.patch(x).flatten(1))
