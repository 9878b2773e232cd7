"""A recurrent linear attention adds each key and value into its memory

Source: https://github.com/idiap/fast-transformers/pull/10
Adapted: the loop over time is inside; one layer in front and one behind
Inputs: 2x4x6
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: Zi += K
Line: Si += torch.einsum("nhd,nhm->nhdm", K, V)
Op: aten::add_
Module: layer.inner_attention
Fix: Zi += K => Zi = Zi + K
Fix: Si += torch.einsum("nhd,nhm->nhdm", K, V) => Si = Si + torch.einsum("nhd,nhm->nhdm", K, V)
Later: IPL301 | aten::add_ | layer.inner_attention | Si += torch.einsum("nhd,nhm->nhdm", K, V) | raises backward: modified by an inplace operation

The product with the query keeps the memory as it was at each step, and the next step writes over it.
"""

from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class RecurrentLinearAttention(nn.Module):
    def __init__(self, eps: float = 1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, Q, K, V, Si, Zi):
        Q = F.elu(Q) + 1.0
        K = F.elu(K) + 1.0
        Zi += K
        Si += torch.einsum("nhd,nhm->nhdm", K, V)
        Z = 1.0 / (torch.einsum("nhd,nhd->nh", Q, Zi) + self.eps)
        return torch.einsum("nhd,nhdm,nh->nhm", Q, Si, Z), Si, Zi


class RecurrentAttentionLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query_projection = nn.Linear(6, 6)
        self.key_projection = nn.Linear(6, 6)
        self.value_projection = nn.Linear(6, 6)
        self.inner_attention = RecurrentLinearAttention()

    def forward(self, x):
        N, L, D = x.shape
        Si = torch.zeros(N, 2, 3, 3)
        Zi = torch.zeros(N, 2, 3)
        outs: List[torch.Tensor] = []
        for t in range(L):
            q = self.query_projection(x[:, t]).view(N, 2, 3)
            k = self.key_projection(x[:, t]).view(N, 2, 3)
            v = self.value_projection(x[:, t]).view(N, 2, 3)
            out, Si, Zi = self.inner_attention(q, k, v, Si, Zi)
            outs.append(out.flatten(1))
        return torch.stack(outs, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = RecurrentAttentionLayer()
        self.predict = nn.Linear(6, 2)

    def forward(self, x):
        return self.predict(self.layer(x))
