"""Channels and frequencies of a spectrogram are joined by a view over the time between them

Source: https://github.com/vitrioil/Speech-Separation/issues/4
Adapted: six frames and four frequencies; a recurrence behind, as in the paper
Export: trace 2x2x6x4
Inputs: 2x2x6x4
Spoils: wrong
Codes: SHP719
Line: x = x.view(batch_size, -1, height, 1)
Op: aten::view
Module: .
Twin: healthy
Fix: x.view(batch_size, -1, height, 1) => x.permute(0, 1, 3, 2).reshape(batch_size, -1, height, 1)

(channels, time, frequency) read as (channels and frequencies, time): the frames get pieces of each other.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.audio = nn.Sequential(
            nn.Conv2d(2, 5, 3, padding=1),
            nn.Tanh(),
            nn.Conv2d(5, 3, 3, padding=1),
        )
        self.blstm = nn.LSTM(12, 5, batch_first=True, bidirectional=True)
        self.mask = nn.Linear(10, 4)

    def forward(self, spectrogram):
        x = torch.tanh(self.audio(spectrogram))
        batch_size, _, height, _ = x.shape
        x = x.view(batch_size, -1, height, 1)
        x = x.squeeze(-1).transpose(1, 2)
        x, _ = self.blstm(x)
        return self.mask(x)
