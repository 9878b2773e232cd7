"""The covariance of fewer samples than features is decomposed

Source: https://github.com/ZJULearning/RMI/issues/12
Adapted: two samples of four features that are equal, so that it is zero
Inputs: 2x5
Loss: output
Raises: forward: not positive-definite
Codes: RUN005
Line: chol = torch.linalg.cholesky(cov)
Op: aten::linalg_cholesky
Module: rmi
Fix: chol = torch.linalg.cholesky(cov) => chol = torch.linalg.cholesky(cov + 1e-2 * torch.eye(cov.size(0)))

A covariance without full rank has no such factor.
"""

import torch
from torch import nn


class RMILoss(nn.Module):
    def log_det_by_cholesky(self, cov):
        chol = torch.linalg.cholesky(cov)
        return 2.0 * torch.log(torch.diagonal(chol)).sum()

    def forward(self, pr):
        centred = pr - pr.mean(0, keepdim=True)
        cov = centred.t() @ centred / pr.size(0)
        return 0.5 * self.log_det_by_cholesky(cov)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(5, 4)
        self.rmi = RMILoss()

    def forward(self, x):
        return self.rmi(torch.sigmoid(self.encoder(x[:1].expand(x.size(0), -1)))) + self.encoder(x).pow(2).mean()
