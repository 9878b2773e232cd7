"""Outputs that were not measured are left out before the loss is taken

Source: https://github.com/pytorch/pytorch/issues/64305
Adapted: the second way of the report; three properties of a molecule
Inputs: 8x6; 8x3
Loss: output

Those that are not a number never enter the square.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.ffn = nn.Sequential(nn.Linear(6, 12), nn.Softplus(), nn.Linear(12, 3))
        self.register_buffer("task_weights", torch.tensor([[1.0, 0.5, 2.0]]))
        self.log_scale = nn.Parameter(torch.zeros(3))

    def forward(self, fingerprints, measured):
        y = torch.where(measured > 1.0, torch.full_like(measured, float("nan")), measured)
        y_mask = ~torch.isnan(y)
        y_pred = self.ffn(fingerprints) * self.log_scale.exp()
        weights = self.task_weights.expand_as(y)[y_mask]
        error = torch.square(y_pred[y_mask] - y[y_mask])
        return (weights * error).sum() / y_mask.sum().clamp(min=1)
