"""The rows of a one-hot string are folded into the batch, convolved each alone, and unfolded again

Source: https://github.com/xinyandai/string-embed/issues/8
Adapted: one convolution and an embedding behind it
Inputs: 3x5x16
Loss: mean

It looks like a batch that is lost, and is one channel for each letter by intent: the view back has the strings in front.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, C: int = 5, M: int = 16, channel: int = 4, embedding: int = 6):
        super().__init__()
        self.C = C
        self.M = M
        self.conv1 = nn.Conv1d(1, channel, 3, padding=1)
        self.conv2 = nn.Conv1d(channel, channel, 3, padding=1)
        self.flat_size = M // 4 * C * channel
        self.fc1 = nn.Linear(self.flat_size, embedding)

    def forward(self, x):
        N = x.size(0)
        x = x.view(-1, 1, self.M)
        x = F.max_pool1d(F.relu(self.conv1(x)), 2)
        x = F.max_pool1d(F.relu(self.conv2(x)), 2)
        x = x.view(N, self.flat_size)
        return self.fc1(x)
