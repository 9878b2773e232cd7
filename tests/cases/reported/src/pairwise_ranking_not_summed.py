"""A ranking loss of one value for each triple is handed to backward

Source: https://github.com/sh0416/bpr/issues/13
Adapted: matrix factorisation without the bias terms
Inputs: 4:int64[0,5); 4:int64[0,7); 4:int64[0,7)
Loss: output
Raises: backward: grad can be implicitly created only for scalar outputs
Codes: BWD402
Line: return -F.logsigmoid(wanted - other) + regular
Op: aten::add
Twin: healthy
Fix: -F.logsigmoid(wanted - other) + regular => -F.logsigmoid(wanted - other).sum() + regular

Only the regularisation is summed.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.users = nn.Parameter(torch.randn(5, 4))
        self.items = nn.Parameter(torch.randn(7, 4))

    def forward(self, u, i, j):
        user, good, bad = self.users[u], self.items[i], self.items[j]
        wanted = (user * good).sum(1)
        other = (user * bad).sum(1)
        regular = 0.01 * (user.pow(2).sum() + good.pow(2).sum() + bad.pow(2).sum())
        return -F.logsigmoid(wanted - other) + regular
