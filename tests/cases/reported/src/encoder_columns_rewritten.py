"""The columns of an encoder's output are replaced one after the other by what a layer makes of them

Source: https://github.com/facebookresearch/fairseq/issues/251
Adapted: a small encoder; the change is a gated layer
Inputs: 2x5x6
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: encoder_out[:, j] = self.refine(encoder_out[:, j])
Op: aten::copy_
Module: .
Fix: encoder_out[:, j] = self.refine(encoder_out[:, j]) => encoder_out = torch.cat([encoder_out[:, :j], self.refine(encoder_out[:, j]).unsqueeze(1), encoder_out[:, j + 1 :]], 1)

Each column was kept by the layer that read it, and is overwritten by what the layer gave.
"""

import torch
from torch import nn


class Refine(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.fc = nn.Linear(dim, dim)
        self.gate = nn.Linear(dim, dim)

    def forward(self, h):
        return torch.sigmoid(self.gate(h)) * torch.tanh(self.fc(h))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(6, 8)
        self.refine = Refine(8)
        self.output = nn.Linear(8, 4)

    def forward(self, x):
        encoder_out = torch.tanh(self.embed(x))
        encoder_out = encoder_out + 0.1 * encoder_out.mean(1, keepdim=True)
        for j in range(encoder_out.size(1)):
            encoder_out[:, j] = self.refine(encoder_out[:, j])
        return self.output(encoder_out)
