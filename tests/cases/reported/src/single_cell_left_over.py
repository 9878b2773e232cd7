"""The last batch of an expression matrix holds a single cell

Source: https://github.com/scverse/scvi-tools/issues/2314
Adapted: the encoder and a decoder of rates, without sampling
Inputs: 1x10
Raises: forward: Expected more than 1 value per channel when training
Codes: TYP805
Line: h = torch.relu(self.norm(self.fc(torch.log1p(x.abs()))))
Line: self.norm = nn.BatchNorm1d(8)
Op: aten::batch_norm prim::RaiseException
Module: z_encoder.norm
Twin: healthy
Fix: nn.BatchNorm1d(8) => nn.LayerNorm(8)

There is no variance of one value.
"""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 8)
        self.norm = nn.BatchNorm1d(8)
        self.mean = nn.Linear(8, 3)

    def forward(self, x):
        h = torch.relu(self.norm(self.fc(torch.log1p(x.abs()))))
        return self.mean(h)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.z_encoder = Encoder()
        self.px_scale = nn.Linear(3, 10)

    def forward(self, x):
        z = self.z_encoder(x)
        return torch.log_softmax(self.px_scale(z), dim=-1)
