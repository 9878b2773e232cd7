"""Features are computed under no_grad, and the backbone was to be tuned

Source: https://github.com/nianticlabs/monodepth2/issues/24
Adapted: the no_grad of the report's validation, around the encoder of a training step
Inputs: 2x3x8x8
Spoils: none encoder.*
Codes: CUT102
Line: with torch.no_grad():
Op: prim::Enter
Module: .
Fix: with torch.no_grad(): => if self.training:

The decoder learns, the encoder does not.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.ELU())
        self.decoder = nn.Conv2d(6, 1, 3, padding=1)

    def forward(self, x):
        features = x
        with torch.no_grad():
            features = self.encoder(x)
        return torch.sigmoid(self.decoder(features))
