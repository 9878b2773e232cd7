"""The second layer of a decoder takes twice the channels that the first one gives, for it is joined to its level

Source: https://github.com/mapooon/BlendFace/issues/13
Adapted: three levels, narrow, the attributes joined in one map
Inputs: 2x3x16x16
Loss: mean

Looks like a mismatch in the list of channels; the skip connection makes up for it.
"""

import torch
import torch.nn.functional as F
from torch import nn


def conv4x4(in_c: int, out_c: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(in_c, out_c, 4, 2, 1, bias=False), nn.BatchNorm2d(out_c), nn.LeakyReLU(0.1))


class deconv4x4(nn.Module):
    def __init__(self, in_c: int, out_c: int):
        super().__init__()
        self.deconv = nn.ConvTranspose2d(in_c, out_c, 4, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(out_c)

    def forward(self, input, skip):
        x = F.leaky_relu(self.bn(self.deconv(input)), 0.1)
        return torch.cat((x, skip), dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv4x4(3, 8)
        self.conv2 = conv4x4(8, 16)
        self.conv3 = conv4x4(16, 32)
        self.deconv1 = deconv4x4(32, 16)
        self.deconv2 = deconv4x4(32, 8)
        self.z_att = nn.Conv2d(16, 4, 1)

    def forward(self, Xt):
        feat1 = self.conv1(Xt)
        feat2 = self.conv2(feat1)
        z_att1 = self.conv3(feat2)
        z_att2 = self.deconv1(z_att1, feat2)
        z_att3 = self.deconv2(z_att2, feat1)
        return self.z_att(F.interpolate(z_att3, scale_factor=2.0, mode="bilinear", align_corners=True))
