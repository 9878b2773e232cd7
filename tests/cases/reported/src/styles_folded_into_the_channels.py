"""Adaptive instance normalisation folds the batch into the channels, and its parameters too

Source: https://github.com/NVlabs/FUNIT/issues/54
Adapted: one style code, one adaptive layer
Inputs: 3x3x8x8; 3x3x8x8
Loss: mean

Every sample is a group of channels of its own for batch_norm, so that nothing is mixed.
"""

import torch
import torch.nn.functional as F
from torch import nn


class AdaptiveInstanceNorm2d(nn.Module):
    def __init__(self, num_features: int):
        super().__init__()
        self.num_features = num_features

    def forward(self, x, params):
        b, c = x.size(0), x.size(1)
        bias = params[:, : self.num_features].contiguous().view(-1)
        weight = params[:, self.num_features :].contiguous().view(-1)
        x_reshaped = x.contiguous().view(1, b * c, x.size(2), x.size(3))
        out = F.batch_norm(x_reshaped, None, None, weight, bias, True, 0.1, 1e-5)
        return out.view(b, c, x.size(2), x.size(3))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc_content = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.LeakyReLU(), nn.Conv2d(6, 6, 3, padding=1, bias=False))
        self.enc_class_model = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.mlp = nn.Linear(5, 12)
        self.adain = AdaptiveInstanceNorm2d(6)
        self.dec = nn.Conv2d(6, 3, 3, padding=1)

    def forward(self, content, style):
        params = self.mlp(self.enc_class_model(style))
        x = torch.relu(self.adain(self.enc_content(content), params))
        return torch.tanh(self.dec(x))
