"""A discriminator appends how much its batch varies as one more channel

Source: https://github.com/rosinality/style-based-gan-pytorch/issues/57
Adapted: one block in front, plain convolutions
Inputs: 4x3x16x16
Loss: mean

The convolution has an input channel more than the block before has outputs, as the author of the report then saw.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, in_channel: int, out_channel: int, kernel_size: int, padding: int):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(in_channel, out_channel, kernel_size, padding=padding), nn.LeakyReLU(0.2))

    def forward(self, input):
        return self.conv(input)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.from_rgb = nn.Conv2d(3, 16, 1)
        self.progression = nn.Sequential(ConvBlock(16, 16, 3, 1), nn.AvgPool2d(4))
        self.final = ConvBlock(17, 16, 4, 0)
        self.linear = nn.Linear(16, 1)

    def forward(self, input):
        out = self.progression(self.from_rgb(input))
        out_std = torch.sqrt(out.var(0, unbiased=False) + 1e-8)
        mean_std = out_std.mean()
        mean_std = mean_std.expand(out.size(0), 1, 4, 4)
        out = torch.cat([out, mean_std], 1)
        out = self.final(out)
        return self.linear(out.squeeze(2).squeeze(2))
