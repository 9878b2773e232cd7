"""The items of a session are counted in another table than the one that they are looked up in

Source: https://github.com/RUCAIBox/RecBole/issues/1318
Adapted: ten items in the table, twelve in the sessions
Inputs: [{"shape": [2, 6], "dtype": "int64", "fill": "arange"}]
Raises: forward: index out of range in self
Codes: SHP710
Line: emb = self.item_embedding(item_seq)
Line: self.item_embedding = nn.Embedding(10, 6, padding_idx=0)
Op: aten::embedding
Module: item_embedding
Fix: nn.Embedding(10, 6, padding_idx=0) => nn.Embedding(12, 6, padding_idx=0)

The table has as many rows as the target column has items, and the sessions have more.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.item_embedding = nn.Embedding(10, 6, padding_idx=0)
        self.gru = nn.GRU(6, 8, batch_first=True, bias=False)
        self.a_1 = nn.Linear(8, 8, bias=False)
        self.a_2 = nn.Linear(8, 8, bias=False)
        self.v_t = nn.Linear(8, 1, bias=False)
        self.b = nn.Linear(16, 6, bias=False)

    def forward(self, item_seq):
        emb = self.item_embedding(item_seq)
        out, _ = self.gru(emb)
        last = out[:, -1]
        alpha = self.v_t(torch.sigmoid(self.a_1(last).unsqueeze(1) + self.a_2(out)))
        local = (alpha * out).sum(dim=1)
        session = self.b(torch.cat([last, local], dim=1))
        return session @ self.item_embedding.weight.t()
