"""The mean of the hardest triplets is told to want a gradient, as the embeddings were detached to measure them

Source: https://github.com/roman-vygon/triplet_loss_kws/issues/6
Adapted: two classes of three words, a small encoder
Inputs: 6x1x16
Loss: output
Spoils: none encoder.* embed.*
Codes: CUT107 CUT101
Line: dist = torch.cdist(embeddings.detach(), embeddings.detach())
Line: mean_losses.requires_grad_(True)
Op: aten::requires_grad_ aten::detach
Module: .
Fix: torch.cdist(embeddings.detach(), embeddings.detach()) => (embeddings.unsqueeze(1) - embeddings.unsqueeze(0)).square().sum(dim=2)

The error goes away, and nothing learns.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(1, 6, 5, stride=2, padding=2), nn.PReLU(), nn.Conv1d(6, 8, 3, stride=2, padding=1), nn.PReLU()
        )
        self.embed = nn.Linear(8, 6)
        self.margin = 1.0
        self.register_buffer("labels", torch.tensor([0, 0, 0, 1, 1, 1]))

    def forward(self, audio):
        features = self.encoder(audio).mean(dim=2)
        embeddings = F.normalize(self.embed(features), dim=1)
        dist = torch.cdist(embeddings.detach(), embeddings.detach())
        same = self.labels.unsqueeze(0) == self.labels.unsqueeze(1)
        hardest_positive = dist.masked_fill(~same, 0.0).max(dim=1)[0]
        hardest_negative = dist.masked_fill(same, 1e4).min(dim=1)[0]
        losses = F.softplus(hardest_positive - hardest_negative + self.margin)
        mean_losses = losses.mean()
        mean_losses.requires_grad_(True)
        return mean_losses
