"""Two convolutions are registered, and the forward calls neither

Source: https://github.com/speechbrain/speechbrain/pull/713
Adapted: smaller images
Inputs: 2x3x8x8
Spoils: none unused1.* unused2.*
Codes: PAR203
Twin: healthy
Fix: x = self.pool(torch.relu(self.conv2(x))) => x = self.pool(torch.relu(self.unused2(self.unused1(self.conv2(x)))))

Nothing reads their weights; several processes that train together would wait for them.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(24, 2)
        self.unused1 = nn.Conv2d(6, 8, 3, padding=1)
        self.unused2 = nn.Conv2d(8, 6, 3, padding=1)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.fc(x.flatten(1))
