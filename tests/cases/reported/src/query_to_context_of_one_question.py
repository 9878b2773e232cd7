"""The attention from question to context is squeezed, and a batch of one question loses its dimension

Source: https://github.com/galsang/BiDAF-pytorch/pull/26
Adapted: the attention flow alone, on vectors in place of words
Inputs: 1x7x8; 1x4x8
Raises: forward: The expanded size of the tensor (7) must match the existing size (8) at non-singleton dimension 1
Codes: SHP720
Line: q2c_att = torch.bmm(b, c).squeeze()
Line: q2c_att = q2c_att.unsqueeze(1).expand(-1, c_len, -1)
Op: aten::squeeze aten::expand
Module: flow
Benign: flow.att_weight_c.bias flow.att_weight_q.bias flow.att_weight_cq.bias
Fix: torch.bmm(b, c).squeeze() => torch.bmm(b, c).squeeze(1)

(1, 1, 8) becomes (8,); the squeeze before, on (1, 7, 1), does no harm, because what it is added to has a batch.
"""

import torch
from torch import nn


class AttentionFlow(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.att_weight_c = nn.Linear(dim, 1)
        self.att_weight_q = nn.Linear(dim, 1)
        self.att_weight_cq = nn.Linear(dim, 1)

    def forward(self, c, q):
        c_len, q_len = c.size(1), q.size(1)
        cq = []
        for i in range(q_len):
            qi = q.select(1, i).unsqueeze(1)
            ci = self.att_weight_cq(c * qi).squeeze()
            cq.append(ci)
        similar = torch.stack(cq, dim=-1)
        s = (
            self.att_weight_c(c).expand(-1, -1, q_len)
            + self.att_weight_q(q).permute(0, 2, 1).expand(-1, c_len, -1)
            + similar
        )
        a = torch.softmax(s, dim=2)
        c2q_att = torch.bmm(a, q)
        b = torch.softmax(torch.max(s, dim=2)[0], dim=1).unsqueeze(1)
        q2c_att = torch.bmm(b, c).squeeze()
        q2c_att = q2c_att.unsqueeze(1).expand(-1, c_len, -1)
        return torch.cat([c, c2q_att, c * c2q_att, c * q2c_att], dim=-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.highway = nn.Linear(8, 8)
        self.flow = AttentionFlow(8)
        self.modeling = nn.LSTM(32, 6, batch_first=True, bidirectional=True)
        self.p1 = nn.Linear(44, 1)

    def forward(self, c, q):
        g = self.flow(torch.tanh(self.highway(c)), torch.tanh(self.highway(q)))
        m, _ = self.modeling(g)
        return self.p1(torch.cat([g, m], dim=2)).squeeze(2)
