"""A context model masks the weight of its convolution before every use

Source: https://github.com/InterDigitalInc/CompressAI/issues/25
Adapted: one context convolution of a small compressor
Inputs: 2x3x8x8
Loss: output

The write goes past the history, but before anyone keeps the weight: what is masked is masked again before its next use.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MaskedConv2d(nn.Conv2d):
    def __init__(self, in_channels: int, out_channels: int):
        super().__init__(in_channels, out_channels, 5, padding=2)
        mask = torch.ones_like(self.weight.data)
        mask[:, :, 2, 2:] = 0
        mask[:, :, 3:] = 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        self.weight.data.mul_(self.mask)
        return F.conv2d(x, self.weight, self.bias, padding=2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g_a = nn.Conv2d(3, 6, 3, padding=1)
        self.g_s = nn.Conv2d(6, 3, 3, padding=1)
        self.context_prediction = MaskedConv2d(6, 12)
        self.entropy_parameters = nn.Sequential(nn.LeakyReLU(), nn.Conv2d(12, 12, 1))

    def forward(self, x):
        y = self.g_a(x)
        y_hat = y + torch.rand_like(y) - 0.5
        means, log_scales = self.entropy_parameters(self.context_prediction(y_hat)).chunk(2, 1)
        log_scales = 2.0 * torch.tanh(log_scales)
        bits = 0.5 * ((y_hat - means) * torch.exp(-log_scales)).pow(2) + log_scales
        return bits.mean() + F.mse_loss(self.g_s(y_hat), x)
