"""To silence an error the query of a contrastive loss is detached

Source: https://github.com/OliverHxh/SkeletonGCL/issues/6
Adapted: a bank of four classes; the error that it silences is left out
Inputs: 6x5; 6:int64[0,4)
Loss: output
Spoils: none contrast.head.*
Codes: CUT101 CUT108
Line: all_pairs = torch.einsum("nc,mc->nm", [f_normed.detach(), self.bank])
Op: aten::detach
Module: contrast
Fix: f_normed.detach(), self.bank => f_normed, self.bank

The classifier learns on; the second term of the loss only costs time, and its head stays as drawn.
"""

import torch
from torch import nn
from torch.nn import functional as F


class InfoNCEGraph(nn.Module):
    def __init__(self, temperature: float = 0.8):
        super().__init__()
        self.temperature = temperature
        self.head = nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 6))
        self.register_buffer("bank", F.normalize(torch.randn(4, 6), dim=1))

    def forward(self, f, label):
        f_normed = F.normalize(self.head(f), dim=1)
        all_pairs = torch.einsum("nc,mc->nm", [f_normed.detach(), self.bank])
        return F.cross_entropy(all_pairs / self.temperature, label)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(5, 8), nn.Tanh())
        self.fc = nn.Linear(8, 4)
        self.contrast = InfoNCEGraph()

    def forward(self, data, label):
        f = self.backbone(data)
        loss_ce = F.cross_entropy(self.fc(f), label)
        loss_graph = self.contrast(f, label)
        return loss_ce + 0.1 * loss_graph
