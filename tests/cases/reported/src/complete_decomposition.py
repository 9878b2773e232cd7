"""A loss on the complete QR decomposition of a tall matrix

Source: https://github.com/pytorch/pytorch/pull/135097
Adapted: an orthogonality penalty
Inputs: 3x4
Loss: output
Raises: backward: The QR decomposition is not differentiable when mode='complete'
Codes: BWD406
Line: q, r = torch.linalg.qr(self.weight, mode="complete")
Op: aten::linalg_qr
Fix: mode="complete" => mode="reduced"

Only the reduced decomposition of a tall matrix has a derivative.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 2))

    def forward(self, x):
        q, r = torch.linalg.qr(self.weight, mode="complete")
        return (x @ self.weight).pow(2).mean() + r.pow(2).sum()
