"""Two views, one side stopped: SimSiam without a momentum encoder

Source: Exploring Simple Siamese Representation Learning, https://arxiv.org/abs/2011.10566
Adapted: linear layers, no batch norm
Inputs: 4x6; 4x6
Loss: output

Each side is the target of the other, and is detached there only.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 5))
        self.predict = nn.Linear(5, 5)

    def forward(self, a, b):
        za, zb = self.encode(a), self.encode(b)
        pa, pb = self.predict(za), self.predict(zb)
        near = F.cosine_similarity(pa, zb.detach(), dim=1) + F.cosine_similarity(pb, za.detach(), dim=1)
        return -near.mean() / 2
