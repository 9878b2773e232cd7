"""Matches between two images are a softmax over the columns times one over the rows

Source: https://arxiv.org/abs/2104.00680
Adapted: six and five coarse features, matches drawn towards the same places
Inputs: [{"shape": [2, 6, 8]}, {"shape": [2, 5, 8]}, {"shape": [2, 6, 5], "fill": "uniform"}]
Loss: output

Both softmaxes are meant: a pair counts if either side chooses the other.
"""

import torch
from torch import nn


class CoarseMatching(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.project = nn.Linear(dim, dim, bias=False)
        self.temperature = nn.Parameter(torch.tensor(0.7))

    def forward(self, feat0, feat1):
        feat0, feat1 = self.project(feat0), self.project(feat1)
        similarity = torch.einsum("nlc,nsc->nls", feat0, feat1) / (feat0.size(-1) ** 0.5 * self.temperature)
        return torch.softmax(similarity, 1) * torch.softmax(similarity, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(8, 12), nn.Tanh(), nn.Linear(12, 8))
        self.matching = CoarseMatching(8)

    def forward(self, image0, image1, truth):
        confidence = self.matching(self.encode(image0), self.encode(image1))
        positive = (truth > 0.5).float()
        loss = -positive * torch.log(confidence + 1e-6)
        return loss.sum() / positive.sum().clamp(min=1.0)
