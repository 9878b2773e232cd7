"""Only R of a decomposition is computed, and a gradient is wanted through it

Source: https://github.com/pytorch/pytorch/pull/47764
Adapted: the determinant of a covariance
Inputs: 6x3
Raises: backward: The derivative of linalg.qr depends on Q
Codes: BWD406
Line: r = torch.linalg.qr(self.body(x), mode="r")[1]
Op: aten::linalg_qr
Fix: mode="r" => mode="reduced"

The derivative needs the Q that was not computed.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 3)

    def forward(self, x):
        r = torch.linalg.qr(self.body(x), mode="r")[1]
        return r.diagonal().abs().log()
