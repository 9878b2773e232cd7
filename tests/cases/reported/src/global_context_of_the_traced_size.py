"""A face parser reads the size of its features with int(), and tracing keeps the size of the example

Source: https://github.com/yakhyo/face-parsing/issues/7
Adapted: one refinement, a small backbone
Export: trace 2x3x32x32
Inputs: 2x3x48x48
Raises: forward: must match the size of tensor b
Codes: SHP712
Line: feat32_shape = [int(t) for t in feat32.size()[2:]]
Line: feat32_sum = feat32_arm + avg_up
Line: avg_up = F.interpolate(avg, feat32_shape, mode="nearest")
Op: prim::Constant aten::add aten::upsample_nearest2d
Module: cp
Fix: [int(t) for t in feat32.size()[2:]] => feat32.size()[2:]

The context is spread over 8x8 places, and the features of a larger picture have 12x12.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ConvBNReLU(nn.Module):
    def __init__(self, cin: int, cout: int, kernel: int = 3, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class ContextPath(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = ConvBNReLU(3, 8, stride=2)
        self.layer2 = ConvBNReLU(8, 16, stride=2)
        self.arm32 = ConvBNReLU(16, 12)
        self.conv_head32 = ConvBNReLU(12, 12)
        self.conv_avg = ConvBNReLU(16, 12, kernel=1)

    def forward(self, x):
        feat32 = self.layer2(self.layer1(x))
        feat32_shape = [int(t) for t in feat32.size()[2:]]
        avg = F.avg_pool2d(feat32, feat32_shape)
        avg = self.conv_avg(avg)
        avg_up = F.interpolate(avg, feat32_shape, mode="nearest")
        feat32_arm = self.arm32(feat32)
        feat32_sum = feat32_arm + avg_up
        return self.conv_head32(feat32_sum)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cp = ContextPath()
        self.conv_out = nn.Conv2d(12, 5, 1)

    def forward(self, x):
        height, width = x.size()[2:]
        out = self.conv_out(self.cp(x))
        return F.interpolate(out, (height, width), mode="bilinear", align_corners=True)
