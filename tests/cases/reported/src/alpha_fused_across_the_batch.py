"""A matting network fuses its alpha with sums that have lost the axis of the channels

Source: https://github.com/MarcoForte/FBA_Matting/issues/7
Adapted: a small encoder
Inputs: 4x3x8x8; 4x2x8x8
Loss: mean
Spoils: wrong
Codes: SHP707
Line: alpha = (alpha * la + torch.sum((img - B) * (F - B), 1)) / (torch.sum((F - B) * (F - B), 1) + la)
Op: aten::add aten::sum aten::div
Fix: torch.sum((img - B) * (F - B), 1)) / (torch.sum((F - B) * (F - B), 1) + la) => torch.sum((img - B) * (F - B), 1, keepdim=True)) / (torch.sum((F - B) * (F - B), 1, keepdim=True) + la)

(4, 1, 8, 8) and (4, 8, 8) make (4, 4, 8, 8): every alpha is fused with the colours of every image of the batch.
"""

import torch
from torch import nn


def fba_fusion(alpha, img, F, B):
    la = 0.1
    alpha = (alpha * la + torch.sum((img - B) * (F - B), 1)) / (torch.sum((F - B) * (F - B), 1) + la)
    alpha = torch.clamp(alpha, 0.0, 1.0)
    return alpha, F, B


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3 + 2, 8, 3, padding=1), nn.LeakyReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.Tanh())
        self.conv_up4 = nn.Conv2d(8, 7, 1)

    def forward(self, image, two_chan_trimap):
        conv_out = self.encoder(torch.cat((image, two_chan_trimap), 1))
        output = self.conv_up4(conv_out)
        alpha = torch.clamp(output[:, 0:1], 0.0, 1.0)
        F = torch.sigmoid(output[:, 1:4])
        B = torch.sigmoid(output[:, 4:7])
        alpha, F, B = fba_fusion(alpha, image, F, B)
        return torch.cat((alpha, F, B), 1)
