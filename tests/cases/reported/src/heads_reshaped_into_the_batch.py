"""Cross attention: heads folded into the batch by a reshape

Source: https://github.com/zhouhaoyi/Informer2020/issues/59
Adapted: cross attention, its heads merged as they should
Inputs: 2x5x8; 2x3x6
Loss: mean
Spoils: wrong
Codes: SHP719
Line: return t.reshape(t.size(0) * self.heads, t.size(1), -1)
Line: q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
Op: aten::reshape
Module: cross
Benign: cross.to_k.bias
Fix: t.reshape(t.size(0) * self.heads, t.size(1), -1) => t.reshape(t.size(0), t.size(1), self.heads, -1).transpose(1, 2).reshape(t.size(0) * self.heads, t.size(1), -1)

(2, 5, 8) is cut into (8, 5, 2) as it lies, so that a head mixes steps.
"""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = 4
        self.to_q = nn.Linear(8, 8)
        self.to_k = nn.Linear(6, 8)
        self.to_v = nn.Linear(6, 8)

    def split(self, t):
        return t.reshape(t.size(0) * self.heads, t.size(1), -1)

    def forward(self, x, context):
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        w = torch.bmm(q, k.transpose(1, 2)).softmax(-1)
        heads = torch.bmm(w, v).reshape(x.size(0), self.heads, x.size(1), -1)
        return heads.transpose(1, 2).reshape(x.size(0), x.size(1), -1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cross = Attention()
        self.out = nn.Linear(8, 8)

    def forward(self, x, context):
        return self.out(x + self.cross(x, context))
