"""A voice detector wants to be told the sampling rate, and gets the sound alone

Source: https://github.com/snakers4/silero-vad/issues/153
Adapted: the rate chooses the step of the first convolution
Inputs: 2x32
Raises: forward: is missing value for argument 'sr'
Codes: TYP804
Line: def forward(self, x, sr: int):
Twin: healthy
Fix: sr: int): => sr: int = 16000):

The forward has two arguments.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stft = nn.Conv1d(1, 6, 4, stride=2)
        self.encoder = nn.Conv1d(6, 6, 3, padding=1)
        self.decoder = nn.Linear(6, 1)

    def forward(self, x, sr: int):
        if sr == 16000:
            x = x[:, ::2]
        x = torch.tanh(self.stft(x.unsqueeze(1)))
        x = torch.tanh(self.encoder(x)).mean(dim=2)
        return torch.sigmoid(self.decoder(x))
