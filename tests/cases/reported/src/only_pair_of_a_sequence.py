"""An odometer takes what it pooled by its indices, and the batch of one stays

Source: https://github.com/SenZHANG-GitHub/ekf-imu-depth/pull/4
Adapted: two frames, six inertial measurements
Inputs: 1x2x3x8x8; 1x6x5

(1, 1, 1, 6) is indexed to (1, 6), where a squeeze would leave six numbers; a Kalman gain takes rows.
"""

import torch
from torch import nn


class PoseDecoder(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, 8, 1)
        self.pose = nn.Conv2d(8, 6, 3, padding=1)

    def forward(self, features):
        out = self.pose(torch.tanh(self.squeeze(features)))
        out = out.mean(3).mean(2)
        out = 0.1 * out.view(-1, 1, 1, 6)
        return out[:, 0, 0, :]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.ELU())
        self.pose = PoseDecoder(8)
        self.imu = nn.GRU(5, 8, batch_first=True)
        self.propagate = nn.Linear(8, 6)
        self.covariance = nn.Linear(8, 6)

    def update(self, prior, variance, measured):
        gain = (variance / (variance + 0.1)).unsqueeze(-1) * torch.eye(6)
        innovation = (measured - prior).unsqueeze(-1)
        return prior + torch.bmm(gain, innovation).squeeze(-1)

    def forward(self, frames, imu):
        measured = self.pose(self.encoder(frames.flatten(1, 2)))
        _, state = self.imu(imu)
        state = state[-1]
        variance = nn.functional.softplus(self.covariance(state))
        return self.update(self.propagate(state), variance, measured)
