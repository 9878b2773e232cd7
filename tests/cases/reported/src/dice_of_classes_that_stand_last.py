"""Dice loss: one_hot is channels last

Source: https://github.com/milesial/Pytorch-UNet
Adapted: a small network of the same kind
Inputs: 2x1x10x12; 2x10x12:int64[0,4)
Loss: output
Raises: forward: must match the size of tensor b
Codes: SHP706 SHP716
Line: inter = (probs * onehot).sum(dim=[2, 3])
Line: onehot = F.one_hot(target, self.n).float()
Op: aten::mul aten::one_hot
Module: dice
Twin: healthy
Fix: .float() => .permute(0, 3, 1, 2).float()

one_hot gives (2, 10, 12, 4) beside (2, 4, 10, 12).
"""

from torch import nn
from torch.nn import functional as F


class DiceLoss(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, logits, target):
        probs = logits.softmax(dim=1)
        onehot = F.one_hot(target, self.n).float()
        inter = (probs * onehot).sum(dim=[2, 3])
        union = probs.sum(dim=[2, 3]) + onehot.sum(dim=[2, 3])
        return 1 - (2 * inter / (union + 1e-6)).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.cls = nn.Conv2d(8, 4, 1)
        self.dice = DiceLoss(4)

    def forward(self, x, target):
        return self.dice(self.cls(F.relu(self.conv(x))), target)
