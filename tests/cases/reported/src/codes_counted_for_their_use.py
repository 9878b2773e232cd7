"""A loss that is to spread the use of a codebook counts which code every item took

Source: https://github.com/wds1996/GNPR-SID/issues/2
Adapted: one level of residual quantisation, with its soft assignment
Inputs: 12x8
Loss: output
Spoils: wrong encoder.* codebook
Codes: CUT103 CUT108
Line: indices = torch.argmax(Q, dim=-1)
Line: sample_counts = torch.bincount(indices, minlength=self.n_e).float()
Op: aten::argmax aten::bincount
Fix: torch.bincount(indices, minlength=self.n_e).float() => Q.sum(dim=0)

The term changes the number that is printed, and nothing that is learnt.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.n_e = 6
        self.encoder = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 4))
        self.codebook = nn.Parameter(torch.randn(6, 4))
        self.decoder = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 8))

    def forward(self, x):
        z = self.encoder(x)
        d = z.pow(2).sum(1, keepdim=True) + self.codebook.pow(2).sum(1) - 2 * z @ self.codebook.t()
        Q = torch.softmax(-d, dim=-1)
        z_q = Q @ self.codebook
        recon_loss = F.mse_loss(self.decoder(z_q), x)
        commit_loss = F.mse_loss(z, z_q.detach())

        indices = torch.argmax(Q, dim=-1)
        sample_counts = torch.bincount(indices, minlength=self.n_e).float()
        mean_count = indices.size(0) / self.n_e
        mean_count_loss = torch.mean((sample_counts - mean_count) ** 2) / (mean_count**2 + 1e-5)
        return recon_loss + 0.25 * commit_loss + 0.5 * mean_count_loss
