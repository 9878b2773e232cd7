"""Which patients were observed comes from a table of floats

Source: https://github.com/edebrouwer/gru_ode_bayes/issues/7
Adapted: one step of the ODE between two observations
Inputs: [{"shape": [4, 3]}, {"shape": [3, 2]}, {"shape": [3], "fill": "arange"}]
Loss: output
Raises: forward: tensors used as indices must be long
Codes: TYP802
Line: p_obs = p[i_obs]
Op: aten::index
Module: .
Twin: healthy
Fix: p[i_obs] => p[i_obs.long()]

Indices have to be integers.
"""

import torch
from torch import nn


class GRUODECell(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin_z = nn.Linear(6, 6)
        self.lin_n = nn.Linear(6, 6)

    def forward(self, h):
        z = torch.sigmoid(self.lin_z(h))
        n = torch.tanh(self.lin_n(z * h))
        return (1 - z) * (n - h)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.covariates = nn.Sequential(nn.Linear(3, 6), nn.Tanh())
        self.ode = GRUODECell()
        self.p_model = nn.Linear(6, 4)

    def forward(self, cov, x_obs, i_obs):
        h = self.covariates(cov)
        h = h + 0.1 * self.ode(h)
        p = self.p_model(h)
        p_obs = p[i_obs]
        mean, logvar = torch.chunk(p_obs, 2, dim=1)
        error = (x_obs - mean) / torch.exp(0.5 * logvar)
        return 0.5 * (error.pow(2) + logvar).mean()
