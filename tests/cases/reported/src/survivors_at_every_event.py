"""A partial likelihood compares every patient with every other, to know who was still at risk

Source: DeepSurv: Personalized Treatment Recommender System Using a Cox Proportional Hazards Deep Neural Network, https://arxiv.org/abs/1606.00931
Inputs: [{"shape": [7, 5]}, {"shape": [7], "fill": "uniform"}, {"shape": [7], "dtype": "float32", "fill": "ones"}]
Loss: output
Benign: net.4.bias

A row against a column is meant: the mask says who of all is at risk when one dies.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 12), nn.SELU(), nn.Linear(12, 12), nn.SELU(), nn.Linear(12, 1))

    def forward(self, x, durations, events):
        log_h = self.net(x).squeeze(1)
        at_risk = durations.unsqueeze(0) >= durations.unsqueeze(1)
        scores = log_h.unsqueeze(0).masked_fill(~at_risk, -1e9)
        log_risk = torch.logsumexp(scores, dim=1)
        return -((log_h - log_risk) * events).sum() / events.sum()
