"""A flag of the configuration detaches the embeddings of both sentences

Source: https://github.com/pytorch/pytorch/issues/17124
Adapted: a decomposable attention model in small; the flag is set, as with the reporter
Inputs: 3x4:int64[0,8); 3x5:int64[0,8)
Spoils: none embed.*
Codes: CUT101
Line: prem_embed = prem_embed.detach()
Line: hypo_embed = hypo_embed.detach()
Op: aten::detach
Fix: self.fix_emb = True => self.fix_emb = False

Behind the flag the table and its projection have no way to the loss, while they want gradients.
"""

import torch
from torch import nn


class Embed(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(8, 6)
        self.projection = nn.Linear(6, 5)

    def forward(self, ids):
        return self.projection(self.table(ids))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fix_emb = True
        self.embed = Embed()
        self.compare = nn.Sequential(nn.Linear(10, 6), nn.Tanh())
        self.out = nn.Linear(12, 3)

    def forward(self, premise, hypothesis):
        prem_embed = self.embed(premise)
        hypo_embed = self.embed(hypothesis)
        if self.fix_emb:
            prem_embed = prem_embed.detach()
            hypo_embed = hypo_embed.detach()
        align = prem_embed @ hypo_embed.transpose(1, 2)
        beta = torch.softmax(align, dim=2) @ hypo_embed
        alpha = torch.softmax(align, dim=1).transpose(1, 2) @ prem_embed
        left = self.compare(torch.cat([prem_embed, beta], dim=2)).sum(1)
        right = self.compare(torch.cat([hypo_embed, alpha], dim=2)).sum(1)
        return self.out(torch.cat([left, right], dim=1))
