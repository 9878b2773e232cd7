"""A mask read as floating numbers is given as class targets

Source: https://github.com/pytorch/pytorch/issues/103813
Adapted: three classes, 4x4
Inputs: [{"shape": [2, 3, 4, 4]}, {"shape": [2, 4, 4], "fill": "ones"}]
Loss: output
Raises: forward: expected target dtype to be Long or Byte, but got Float
Codes: TYP802
Line: return F.cross_entropy(self.out(x), mask)
Op: aten::cross_entropy_loss
Fix: F.cross_entropy(self.out(x), mask) => F.cross_entropy(self.out(x), mask.long())

Classes are integers.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Conv2d(3, 3, 1)

    def forward(self, x, mask):
        return F.cross_entropy(self.out(x), mask)
