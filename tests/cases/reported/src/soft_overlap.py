"""A dice loss with a smoothing term

Source: V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image Segmentation, https://arxiv.org/abs/1606.04797
Inputs: [{"shape": [2, 1, 6, 6]}, {"shape": [2, 1, 6, 6], "fill": "zeros"}]
Loss: output

An empty mask is no division by zero.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(1, 3, 3, padding=1)
        self.out = nn.Conv2d(3, 1, 1)

    def forward(self, x, mask):
        p = torch.sigmoid(self.out(torch.tanh(self.body(x)))).flatten(1)
        m = mask.flatten(1)
        return 1 - ((2 * (p * m).sum(1) + 1) / (p.sum(1) + m.sum(1) + 1)).mean()
