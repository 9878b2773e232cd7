"""Which joints belong together is learnt by two convolutions, whose map is detached before it is used

Source: https://github.com/queenie88/A-GCN/issues/4
Adapted: two layers of few channels, five joints
Inputs: 3x3x4x5; 3:int64[0,4)
Loss: output
Spoils: none l1.W_theta.* l1.W_phi.* l2.W_theta.* l2.W_phi.*
Codes: CUT101
Line: adj = torch.softmax(torch.matmul(theta, phi) / t, dim=-1).detach()
Op: aten::detach
Module: l1 l2
Fix: / t, dim=-1).detach() => / t, dim=-1)

The map is the only thing that the two embeddings are read for.
"""

import torch
from torch import nn
from torch.nn import functional as F


class UnitGCN(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, joints: int):
        super().__init__()
        self.W_theta = nn.Conv2d(in_channels, 4, 1, bias=False)
        self.W_phi = nn.Conv2d(in_channels, 4, 1, bias=False)
        self.W = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.register_buffer("A", torch.eye(joints))

    def forward(self, x):
        n, c, t, v = x.shape
        theta = self.W_theta(x).permute(0, 3, 1, 2).reshape(n, v, 4 * t)
        phi = self.W_phi(x).reshape(n, 4 * t, v)
        adj = torch.softmax(torch.matmul(theta, phi) / t, dim=-1).detach()
        y = torch.matmul(x.reshape(n, c * t, v), adj + self.A).view(n, c, t, v)
        return F.relu(self.bn(self.W(y)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = UnitGCN(3, 6, 5)
        self.l2 = UnitGCN(6, 8, 5)
        self.fc = nn.Linear(8, 4)

    def forward(self, x, label):
        x = self.l2(self.l1(x))
        return F.cross_entropy(self.fc(x.mean(dim=[2, 3])), label)
