"""Prototypes are detached in place after one loss, and then compared again for another

Source: https://github.com/imatif17/Prototype-Mean-Teacher/issues/14
Adapted: two domains; a projection of its own for the second loss
Inputs: 6x5; 6x5; 6:int64[0,3)
Loss: output
Spoils: none proto_head.*
Codes: CUT101 CUT108
Line: prototype.detach_()
Op: aten::detach_
Module: .
Fix: prototype.detach_() => pass

The second loss has a value; it is one of the first loss's leftovers, without a history.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(5, 8), nn.Tanh())
        self.proto_head = nn.Linear(8, 6)
        self.classifier = nn.Linear(8, 3)
        self.register_buffer("share", torch.softmax(torch.randn(6, 3), dim=0))

    def forward(self, source, target, label):
        feat_s, feat_t = self.backbone(source), self.backbone(target)
        prototype_s = self.proto_head(feat_s).t() @ self.share
        prototype_t = self.proto_head(feat_t).t() @ self.share
        for prototype in [prototype_s, prototype_t]:
            prototype.detach_()
        loss_c = F.cosine_similarity(prototype_s, prototype_t).abs().mean()
        return F.cross_entropy(self.classifier(feat_s), label) + 0.1 * loss_c
