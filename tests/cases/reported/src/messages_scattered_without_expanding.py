"""Messages of three features are added up with an index of one column

Source: https://github.com/pytorch/pytorch/issues/27614
Adapted: a message passing layer around the reported call
Inputs: 2x5x4; 2x7:int64[0,5); 2x7:int64[0,5)
Raises: backward: returned an invalid gradient at index 1
Codes: SHP717
Line: out = out.scatter_add(1, index, messages)
Line: index = dst.unsqueeze(-1)
Op: aten::scatter_add
Module: conv
Twin: healthy
Fix: index = dst.unsqueeze(-1) => index = dst.unsqueeze(-1).expand(-1, -1, 3)

scatter_add does not broadcast its index: only the first feature is added, and the gradient has one column.
"""

import torch
from torch import nn


class EdgeConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.message = nn.Linear(8, 3)

    def forward(self, x, src, dst):
        b, n, d = x.shape
        x_j = torch.gather(x, 1, src.unsqueeze(-1).expand(-1, -1, d))
        x_i = torch.gather(x, 1, dst.unsqueeze(-1).expand(-1, -1, d))
        messages = torch.tanh(self.message(torch.cat([x_i, x_j - x_i], dim=-1)))
        index = dst.unsqueeze(-1)
        out = torch.zeros(b, n, 3, dtype=x.dtype)
        out = out.scatter_add(1, index, messages)
        return out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = EdgeConv()
        self.readout = nn.Linear(3, 2)

    def forward(self, x, src, dst):
        return self.readout(self.conv(x, src, dst).sum(dim=1))
