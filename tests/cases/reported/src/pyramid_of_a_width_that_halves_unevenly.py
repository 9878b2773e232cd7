"""A pose pyramid adds each level to the one above, which is doubled, whatever its size was

Source: https://github.com/Xiangyu-CAS/Realtime_Multi-Person_Pose_Estimation.PyTorch/issues/3
Adapted: three levels; only the middle one is odd
Inputs: 1x3x24x20
Raises: forward: The size of tensor a (5) must match the size of tensor b (6) at non-singleton dimension 3
Codes: SHP706
Line: p3 = self.lateral3(c3) + F.interpolate(p4, scale_factor=2.0)
Op: aten::add
Module: fpn
Fix: F.interpolate(p4, scale_factor=2.0) => F.interpolate(p4, size=c3.shape[2:])
Benign: layer2.0.bias layer3.0.bias layer4.0.bias

20 goes to 10, to 5, to 3; twice 3 is 6.
"""

import torch
import torch.nn.functional as F
from torch import nn


def down(i: int, o: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(i, o, 3, stride=2, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class FPN(nn.Module):
    def __init__(self, widths: list[int], out: int):
        super().__init__()
        self.lateral2 = nn.Conv2d(widths[0], out, 1)
        self.lateral3 = nn.Conv2d(widths[1], out, 1)
        self.lateral4 = nn.Conv2d(widths[2], out, 1)
        self.smooth = nn.Conv2d(out, out, 3, padding=1)

    def forward(self, c2, c3, c4):
        p4 = self.lateral4(c4)
        p3 = self.lateral3(c3) + F.interpolate(p4, scale_factor=2.0)
        p2 = self.lateral2(c2) + F.interpolate(p3, scale_factor=2.0)
        return self.smooth(p2), p3, p4


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer2 = down(3, 4)
        self.layer3 = down(4, 6)
        self.layer4 = down(6, 8)
        self.fpn = FPN([4, 6, 8], 5)
        self.heat = nn.Conv2d(5, 2, 1)

    def forward(self, x):
        c2 = self.layer2(x)
        c3 = self.layer3(c2)
        c4 = self.layer4(c3)
        p2, p3, p4 = self.fpn(c2, c3, c4)
        return self.heat(p2), self.heat(p3), self.heat(p4)
