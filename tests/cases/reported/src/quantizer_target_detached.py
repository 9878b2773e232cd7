"""The contrastive target is detached, and with it the codebook that makes it

Source: https://github.com/facebookresearch/fairseq2/pull/731
Adapted: a soft codebook instead of Gumbel groups
Inputs: 4x6x5
Loss: output
Spoils: none quantizer.*
Codes: CUT101
Line: target = self.quantizer(x).detach()
Op: aten::detach
Twin: healthy
Fix: self.quantizer(x).detach() => self.quantizer(x)

The codebook learns only from the loss between the context and its target; with the target detached it learns nothing.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Quantizer(nn.Module):
    def __init__(self):
        super().__init__()
        self.choose = nn.Linear(5, 7)
        self.codes = nn.Parameter(torch.randn(7, 8))

    def forward(self, x):
        return torch.softmax(self.choose(x), dim=-1) @ self.codes


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.context = nn.GRU(5, 8, batch_first=True)
        self.quantizer = Quantizer()

    def forward(self, x):
        context, _ = self.context(x)
        target = self.quantizer(x).detach()
        similar = F.cosine_similarity(context.unsqueeze(2), target.unsqueeze(1), dim=-1) / 0.1
        wanted = torch.arange(x.size(1)).expand(x.size(0), x.size(1))
        return F.cross_entropy(similar.flatten(0, 1), wanted.flatten())
