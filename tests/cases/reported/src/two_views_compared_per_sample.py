"""The two views of a self-supervised pair are compared sample by sample, and the sum of that is the loss

Source: https://github.com/MrChenFeng/Adaptive-Soft-Contrastive-Learning_ICPR2022/issues/2
Adapted: small perceptrons; the target network does not move
Inputs: 6x5; 6x5
Loss: output
Raises: backward: grad can be implicitly created only for scalar outputs
Codes: BWD402
Line: return self.loss_fn(p1, z2) + self.loss_fn(p2, z1)
Line: return 2 - 2 * (p * z).sum(dim=-1)
Op: aten::add aten::rsub aten::sub aten::sum
Fix: return self.loss_fn(p1, z2) + self.loss_fn(p2, z1) => return (self.loss_fn(p1, z2) + self.loss_fn(p2, z1)).mean()

There is one value for every sample of the batch.
"""

import torch
from torch import nn
from torch.nn import functional as F


def mlp(dim: int, hidden: int, out: int):
    return nn.Sequential(nn.Linear(dim, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, out, bias=False))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = mlp(5, 12, 6)
        self.predictor = mlp(6, 12, 6)
        self.target = mlp(5, 12, 6)
        for p in self.target.parameters():
            p.requires_grad = False

    def loss_fn(self, p, z):
        p = F.normalize(p, dim=-1)
        z = F.normalize(z, dim=-1)
        return 2 - 2 * (p * z).sum(dim=-1)

    def forward(self, im1, im2):
        p1 = self.predictor(self.online(im1))
        p2 = self.predictor(self.online(im2))
        with torch.no_grad():
            z1 = self.target(im1)
            z2 = self.target(im2)
        return self.loss_fn(p1, z2) + self.loss_fn(p2, z1)
