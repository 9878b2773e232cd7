"""Poses of an activity are normalised before their joints are brought in front of time

Source: https://github.com/xieyulai/LSTM-for-Human-Activity-Recognition-using-2D-Pose_Pytorch/issues/2
Adapted: seven steps of six coordinates; the labels behind it still stand in a column
Inputs: 3x7x6; 3x1:int64[0,5)
Loss: output
Raises: forward: running_mean should contain 7 elements not 6
Codes: SHP709 SHP716
Line: poses = self.bn(poses)
Line: self.bn = nn.BatchNorm1d(6)
Op: aten::batch_norm
Module: bn .
Fix: self.bn(poses) => self.bn(poses.transpose(1, 2)).transpose(1, 2)
Fix: F.cross_entropy(scores, activity) => F.cross_entropy(scores, activity.squeeze(1))
Later: SHP713 SHP703 | aten::cross_entropy_loss | . | return F.cross_entropy(scores, activity) | raises forward: multi-target not supported

A batch norm wants its features in the second axis, and there is time.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(6)
        self.fc_in = nn.Linear(6, 8)
        self.lstm = nn.LSTM(8, 8, num_layers=2, batch_first=True)
        self.fc_out = nn.Linear(8, 5)

    def forward(self, poses, activity):
        poses = self.bn(poses)
        steps = torch.tanh(self.fc_in(poses))
        out, _ = self.lstm(steps)
        scores = self.fc_out(out[:, -1])
        return F.cross_entropy(scores, activity)
