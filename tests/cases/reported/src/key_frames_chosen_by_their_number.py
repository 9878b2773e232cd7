"""A network scores the frames of a video, and a second one sees the frames whose numbers come first

Source: https://github.com/pcshih/pytorch-VSLUD/issues/4
Adapted: two convolutions score, three of twelve frames are kept
Export: trace 2x6x12
Inputs: 2x6x12
Spoils: none s_k.*
Codes: CUT103
Line: index = torch.topk(score, 3, dim=1)[1]
Line: index = torch.sort(index, dim=1)[0].unsqueeze(1).expand(-1, x.size(1), -1)
Line: return self.s_d(self.reconstruct(torch.gather(x, 2, index))).squeeze(2)
Op: aten::topk
Module: .
Fix: torch.gather(x, 2, index) => torch.gather(x * torch.sigmoid(score).unsqueeze(1), 2, index)

Which frames come first is a number, and has no gradient.
"""

import torch
from torch import nn


class FCSN(nn.Module):
    def __init__(self, n_features: int):
        super().__init__()
        self.conv1 = nn.Conv1d(n_features, 8, 3, padding=1)
        self.conv2 = nn.Conv1d(8, 1, 3, padding=1)

    def forward(self, x):
        return self.conv2(torch.relu(self.conv1(x))).squeeze(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s_k = FCSN(6)
        self.reconstruct = nn.Conv1d(6, 6, 1)
        self.s_d = nn.Sequential(nn.Conv1d(6, 8, 3), nn.LeakyReLU(0.2), nn.Conv1d(8, 1, 1))

    def forward(self, x):
        score = self.s_k(x)
        index = torch.topk(score, 3, dim=1)[1]
        index = torch.sort(index, dim=1)[0].unsqueeze(1).expand(-1, x.size(1), -1)
        return self.s_d(self.reconstruct(torch.gather(x, 2, index))).squeeze(2)
