"""A convolutional encoder sees all frames of all clips as one batch, and hands them back as clips

Source: https://github.com/HHTseng/video-classification/issues/42
Adapted: the encoder of the report, with the frames folded instead of looped over
Inputs: 2x4x3x8x8

The batch is folded away and unfolded again in the same order; the LSTM is batch first.
"""

import torch
from torch import nn


class TimeDistributed(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, width, 3, stride=2), nn.Tanh(), nn.AdaptiveAvgPool2d(1))

    def forward(self, clips):
        b, t, c, h, w = clips.shape
        frames = clips.view(b * t, c, h, w)
        seen = self.cnn(frames)
        return seen.view(b, t, -1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = TimeDistributed(6)
        self.lstm = nn.LSTM(6, 5, batch_first=True)
        self.fc = nn.Linear(5, 4)

    def forward(self, clips):
        out, _ = self.lstm(self.encoder(clips))
        return self.fc(out[:, -1, :])
