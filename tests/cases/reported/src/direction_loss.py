"""The loss of the direction of a change compares two signs

Source: https://github.com/snap-stanford/GEARS/issues/36
Adapted: ten genes, and a linear decoder
Inputs: 6x10; 6:int64[0,4); 6x10
Loss: output
Spoils: wrong *
Codes: ZER501 CUT108
Line: direction = (torch.sign(y - ctrl) - torch.sign(pred - ctrl)).pow(2).mean()
Op: aten::sign
Fix: torch.sign(pred - ctrl) => torch.tanh(pred - ctrl)

A sign has no slope, so the second half of the loss only adds to its value.
"""

import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, num_genes: int = 10, num_perts: int = 4, hidden_size: int = 12):
        super().__init__()
        self.direction_lambda = 1e-1
        self.pert_emb = nn.Embedding(num_perts, hidden_size)
        self.gene_mlp = nn.Sequential(nn.Linear(num_genes, hidden_size), nn.ReLU())
        self.decoder = nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, num_genes))

    def forward(self, ctrl, pert, y):
        h = self.gene_mlp(ctrl) + self.pert_emb(pert)
        pred = ctrl + self.decoder(h)
        losses = (pred - y).pow(4).mean()
        direction = (torch.sign(y - ctrl) - torch.sign(pred - ctrl)).pow(2).mean()
        return losses + self.direction_lambda * direction
