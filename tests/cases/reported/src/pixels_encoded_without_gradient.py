"""A skill-conditioned pretraining encodes its observations inside no_grad, and the image encoder never learns

Source: https://github.com/rll-research/cic/issues/5
Adapted: small images, one encoder layer more or less
Inputs: 5x3x12x12; 5x3x12x12; 5x6
Loss: output
Spoils: none encoder.*
Codes: CUT102
Line: with torch.no_grad():
Op: prim::Enter
Fix: with torch.no_grad(): => if True:

The contrastive loss is the only loss of the pretraining, and it stops at the features.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.convnet = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2), nn.ELU(), nn.Conv2d(8, 8, 3, stride=1), nn.ELU(), nn.Flatten()
        )

    def forward(self, obs):
        return self.convnet(obs / 255.0 - 0.5)


class CIC(nn.Module):
    def __init__(self, obs_dim: int, skill_dim: int):
        super().__init__()
        self.state_net = nn.Sequential(nn.Linear(obs_dim, 16), nn.ELU(), nn.Linear(16, skill_dim))
        self.pred_net = nn.Sequential(nn.Linear(2 * skill_dim, 16), nn.ELU(), nn.Linear(16, skill_dim))
        self.skill_net = nn.Sequential(nn.Linear(skill_dim, 16), nn.ELU(), nn.Linear(16, skill_dim))

    def forward(self, state, next_state, skill):
        query = self.skill_net(skill)
        key = self.pred_net(torch.cat([self.state_net(state), self.state_net(next_state)], 1))
        return query, key


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.cic = CIC(8 * 3 * 3, 6)

    def forward(self, obs, next_obs, skill):
        with torch.no_grad():
            obs = self.encoder(obs)
            next_obs = self.encoder(next_obs)
        query, key = self.cic(obs, next_obs, skill)
        logits = F.normalize(query, dim=1) @ F.normalize(key, dim=1).t() / 0.5
        return F.cross_entropy(logits, torch.arange(logits.size(0)))
