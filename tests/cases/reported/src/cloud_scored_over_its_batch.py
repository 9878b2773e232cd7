"""A classifier of point clouds takes its log-probabilities over the batch

Source: https://github.com/fxia22/pointnet.pytorch/issues/27
Adapted: two shared layers, without batch normalisation, the loss inside
Inputs: 6x3x20; 6:int64[0,4)
Loss: output
Spoils: wrong
Codes: SHP713 SHP716
Line: return F.log_softmax(x, dim=0), trans
Op: aten::log_softmax
Module: classifier
Twin: healthy
Fix: F.log_softmax(x, dim=0) => F.log_softmax(x, dim=1)

(batch, classes): dimension 0 is the batch, and clouds compete with one another for a class.
"""

import torch
from torch import nn
from torch.nn import functional as F


class TNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 8, 1)
        self.fc = nn.Linear(8, 9)

    def forward(self, x):
        x = torch.tanh(self.conv(x)).amax(dim=2)
        return self.fc(x).view(-1, 3, 3) + torch.eye(3, device=x.device)


class PointNetCls(nn.Module):
    def __init__(self, k: int):
        super().__init__()
        self.stn = TNet()
        self.conv1 = nn.Conv1d(3, 12, 1)
        self.conv2 = nn.Conv1d(12, 16, 1)
        self.fc1 = nn.Linear(16, 10)
        self.fc2 = nn.Linear(10, k)

    def forward(self, x):
        trans = self.stn(x)
        x = torch.bmm(x.transpose(2, 1), trans).transpose(2, 1)
        x = self.conv2(torch.tanh(self.conv1(x))).amax(dim=2)
        x = self.fc2(torch.tanh(self.fc1(x)))
        return F.log_softmax(x, dim=0), trans


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.classifier = PointNetCls(4)

    def regularize(self, trans):
        identity = torch.eye(3, device=trans.device)
        return torch.norm(torch.bmm(trans, trans.transpose(2, 1)) - identity, dim=(1, 2)).mean()

    def forward(self, points, target):
        pred, trans = self.classifier(points)
        return F.nll_loss(pred, target) + 0.001 * self.regularize(trans)
