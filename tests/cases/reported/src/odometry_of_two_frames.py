"""Odometry features are flattened for another image width, and the norm behind them has another size

Source: https://github.com/PawitKoch/LO-Net-pytorch/issues/1
Adapted: small frames; the second mistake is added
Inputs: 4x1x12x20; 4x1x12x20
Raises: forward: mat1 and mat2 shapes cannot be multiplied (4x90 and 84x16)
Codes: SHP701
Line: x = self.fc(x.flatten(1))
Line: self.fc = nn.Linear(84, 16, bias=False)
Op: aten::linear
Module: fc
Fix: nn.Linear(84, 16, bias=False) => nn.Linear(90, 16, bias=False)
Fix: nn.BatchNorm1d(12) => nn.BatchNorm1d(16)
Later: SHP709 | aten::batch_norm | norm | x = torch.tanh(self.norm(x)) | raises forward: running_mean should contain 16 elements not 12

Six maps of 3 by 5 are 90 values, and the layer behind has 16 of them.
"""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(4, 6, 3, stride=2, padding=1)

    def forward(self, pair):
        return torch.tanh(self.conv2(torch.tanh(self.conv1(pair))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.fc = nn.Linear(84, 16, bias=False)
        self.norm = nn.BatchNorm1d(12)
        self.translation = nn.Linear(16, 3)
        self.rotation = nn.Linear(16, 4)

    def forward(self, curr, prev):
        x = self.encoder(torch.cat([curr, prev], dim=1))
        x = self.fc(x.flatten(1))
        x = torch.tanh(self.norm(x))
        return self.translation(x), self.rotation(x)
