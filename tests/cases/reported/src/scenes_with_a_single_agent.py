"""A bare squeeze also drops the axis of the agents, where there is one, and scenes are pooled for agents

Source: https://github.com/NVIDIA/DeepLearningExamples/pull/765
Adapted: not the batch but the agents of a forecast are alone
Inputs: 4x1x6x3
Spoils: wrong
Codes: SHP720
Line: history = torch.matmul(weights.transpose(-1, -2), hidden).squeeze()
Op: aten::squeeze aten::mean
Twin: healthy
Fix: .squeeze() => .squeeze(2)

(scenes, 1, 1, features) should lose its third axis only: the mean over agents is one over scenes now.
"""

import torch
from torch import nn


class TrackEncoder(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.embed = nn.Linear(3, width)
        self.mix = nn.Conv2d(width, width, (1, 3), padding=(0, 1))

    def forward(self, tracks):
        x = torch.relu(self.embed(tracks)).permute(0, 3, 1, 2)
        return torch.relu(self.mix(x)).permute(0, 2, 3, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = TrackEncoder(10)
        self.score = nn.Linear(10, 1, bias=False)
        self.social = nn.Linear(20, 12)
        self.predict = nn.Linear(12, 2)

    def forward(self, tracks):
        hidden = self.encoder(tracks)
        weights = torch.softmax(self.score(hidden), dim=2)
        history = torch.matmul(weights.transpose(-1, -2), hidden).squeeze()
        context = history.mean(dim=-2, keepdim=True).expand_as(history)
        joint = torch.tanh(self.social(torch.cat([history, context], dim=-1)))
        return self.predict(joint)
