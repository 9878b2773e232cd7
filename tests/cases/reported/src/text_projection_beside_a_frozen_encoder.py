"""A frozen text encoder is run without gradients, and so is the projection that ought to learn

Source: https://github.com/edreisMD/ConVIRT-pytorch/issues/7
Adapted: tiny encoders; the text encoder is frozen as there
Inputs: 4x3x6x6; 4x5:int64[0,9)
Spoils: none bert_l1.* bert_l2.*
Codes: CUT102
Line: with torch.no_grad():
Op: prim::Enter
Module: .
Fix: with torch.no_grad(): => if True:

The two layers after the text encoder want gradients, and stand in the same block.
"""

import torch
from torch import nn
from torch.nn import functional as F


class BertLike(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = nn.Embedding(9, 6)
        self.layer = nn.ModuleList([nn.Linear(6, 6) for _ in range(2)])

    def forward(self, ids):
        h = self.embeddings(ids)
        for layer in self.layer:
            h = h + torch.tanh(layer(h))
        return h.mean(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = BertLike()
        for p in self.bert.parameters():
            p.requires_grad = False
        self.res = nn.Conv2d(3, 5, 3)
        self.res_l1, self.res_l2 = nn.Linear(5, 5), nn.Linear(5, 4)
        self.bert_l1, self.bert_l2 = nn.Linear(6, 6), nn.Linear(6, 4)

    def image_encoder(self, xis):
        h = torch.tanh(self.res(xis)).mean(dim=[2, 3])
        return self.res_l2(torch.tanh(self.res_l1(h)))

    def text_encoder(self, ids):
        with torch.no_grad():
            h = self.bert(ids)
            x = torch.tanh(self.bert_l1(h))
            out_emb = self.bert_l2(x)
        return out_emb

    def forward(self, xis, ids):
        zis = F.normalize(self.image_encoder(xis), dim=1)
        zls = F.normalize(self.text_encoder(ids), dim=1)
        return F.cross_entropy(zis @ zls.t() / 0.2, torch.arange(zis.size(0)))
