"""The nearest entry of a codebook is looked up, with nothing to carry a gradient back to the encoder

Source: https://github.com/MishaLaskin/vqvae/issues/2
Adapted: linear layers
Inputs: 6x5
Spoils: none encode.*
Codes: CUT103
Line: nearest = torch.cdist(z, self.codebook.weight).argmin(dim=1)
Op: aten::argmin
Twin: healthy
Fix: return self.decode(q) => return self.decode(z + q - z.detach())

Which entry is the nearest is a position, and has no gradient.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(5, 3)
        self.codebook = nn.Embedding(8, 3)
        self.decode = nn.Linear(3, 5)

    def forward(self, x):
        z = self.encode(x)
        nearest = torch.cdist(z, self.codebook.weight).argmin(dim=1)
        q = self.codebook(nearest)
        return self.decode(q)
