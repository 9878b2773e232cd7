"""A learnt first state is made for one layer, and the encoder has two

Source: https://github.com/pytorch-lifestream/pytorch-lifestream/pull/109
Adapted: transactions of five fields
Inputs: 3x7x5
Raises: forward: Expected hidden size
Codes: SHP711
Line: self.starter_h = nn.Parameter(torch.randn(1, 1, 6))
Line: h_0 = self.starter_h.expand(-1, x.size(0), -1).contiguous()
Line: out, _ = self.rnn(x, h_0)
Op: aten::expand aten::contiguous prim::RaiseException aten::gru prim::GetAttr
Module: . encoder encoder.rnn
Fix: torch.randn(1, 1, 6) => torch.randn(2, 1, 6)

Every layer needs a state: (2, 3, 6), not (1, 3, 6).
"""

import torch
from torch import nn


class RnnEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 6, num_layers=2, batch_first=True)
        self.starter_h = nn.Parameter(torch.randn(1, 1, 6))

    def forward(self, x):
        h_0 = self.starter_h.expand(-1, x.size(0), -1).contiguous()
        out, _ = self.rnn(x, h_0)
        return out[:, -1]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = RnnEncoder()
        self.churn = nn.Linear(6, 2)

    def forward(self, x):
        return self.churn(self.encoder(x))
