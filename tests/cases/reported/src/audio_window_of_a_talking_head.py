"""An audio window is halved until nothing is left for the last kernel

Source: https://github.com/ZiqiaoPeng/SyncTalk/issues/151
Adapted: traced with a window of 16 frames, sent one of 12
Export: trace 2x5x16
Inputs: 2x5x12
Raises: forward: Kernel size: (3). Kernel size can't be greater than actual input size
Codes: SHP708
Line: x = F.leaky_relu(self.conv3(x), 0.02)
Line: self.conv3 = nn.Conv1d(6, 8, 3, stride=2)
Op: aten::_convolution
Module: audio_net.conv3
Fix: nn.Conv1d(6, 8, 3, stride=2) => nn.Conv1d(6, 8, 3, stride=2, padding=1)

12, 5, 2, and then a kernel of 3.
"""

import torch
import torch.nn.functional as F
from torch import nn


class AudioNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(5, 6, 3, stride=2)
        self.conv2 = nn.Conv1d(6, 6, 3, stride=2)
        self.conv3 = nn.Conv1d(6, 8, 3, stride=2)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = F.leaky_relu(self.conv1(x), 0.02)
        x = F.leaky_relu(self.conv2(x), 0.02)
        x = F.leaky_relu(self.conv3(x), 0.02)
        return self.fc(x.mean(dim=-1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.audio_net = AudioNet()
        self.sigma = nn.Linear(4, 1)

    def forward(self, window):
        return torch.exp(self.sigma(self.audio_net(window)))
