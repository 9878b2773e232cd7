"""An optical flow network has an upsampling layer of its last level, which nothing asks for

Source: https://github.com/NVlabs/PWC-Net/issues/110
Adapted: two levels, without their correlation
Inputs: 2x3x16x16; 2x3x16x16
Spoils: none deconv2.*
Codes: PAR203 PAR204
Fix: self.deconv2 = deconv(2, 2) => pass

A training on several devices stops at it.
"""

import torch
from torch import nn
from torch.nn import functional as F


def conv(in_planes: int, out_planes: int, stride: int = 1):
    return nn.Sequential(nn.Conv2d(in_planes, out_planes, 3, stride, 1), nn.LeakyReLU(0.1))


def deconv(in_planes: int, out_planes: int):
    return nn.ConvTranspose2d(in_planes, out_planes, 4, 2, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv(3, 6, 2)
        self.conv2 = conv(6, 8, 2)
        self.conv3_0 = conv(16, 8)
        self.predict_flow3 = nn.Conv2d(8, 2, 3, padding=1)
        self.deconv3 = deconv(2, 2)
        self.upfeat3 = deconv(8, 2)
        self.conv2_0 = conv(6 + 6 + 2 + 2, 8)
        self.predict_flow2 = nn.Conv2d(8, 2, 3, padding=1)
        self.deconv2 = deconv(2, 2)
        self.dc_conv = nn.Sequential(conv(8, 8), nn.Conv2d(8, 2, 3, padding=1))

    def forward(self, im1, im2):
        c11, c21 = self.conv1(im1), self.conv1(im2)
        c12, c22 = self.conv2(c11), self.conv2(c21)
        x = self.conv3_0(torch.cat((c12, c22), 1))
        flow3 = self.predict_flow3(x)
        up_flow3 = self.deconv3(flow3)
        up_feat3 = self.upfeat3(x)
        x = self.conv2_0(torch.cat((c11, c21, up_flow3, up_feat3), 1))
        flow2 = self.predict_flow2(x) + self.dc_conv(x)
        return F.interpolate(flow2, scale_factor=2.0), flow3
