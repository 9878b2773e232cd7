"""A click model has a field that is larger than its table, and a deep part that counts its fields wrongly

Source: https://github.com/chenxijun1029/DeepFM_with_PyTorch/issues/1
Adapted: the second mistake is added
Inputs: [{"shape": [5, 3], "dtype": "int64", "fill": 4}, {"shape": [5, 3]}]
Raises: forward: index out of range in self
Codes: SHP710
Line: fm_second.append(emb(Xi[:, i]) * Xv[:, i : i + 1])
Line: self.fm_second_order_embeddings = nn.ModuleList([nn.Embedding(size, 4) for size in feature_sizes])
Op: aten::embedding
Module: fm_second_order_embeddings.2
Fix: [6, 5, 4] => [6, 5, 5]
Fix: nn.Linear(4 * 4, 7) => nn.Linear(3 * 4, 7)
Later: SHP701 | aten::linear | linear_1 | deep = torch.relu(self.linear_1(torch.cat(fm_second, 1))) | raises forward: mat1 and mat2 shapes cannot be multiplied (5x12 and 16x7)

The third field has five values.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        feature_sizes = [6, 5, 4]
        self.bias = nn.Parameter(torch.zeros(1))
        self.fm_second_order_embeddings = nn.ModuleList([nn.Embedding(size, 4) for size in feature_sizes])
        self.linear_1 = nn.Linear(4 * 4, 7)
        self.linear_2 = nn.Linear(7, 1)

    def forward(self, Xi, Xv):
        fm_second = []
        for i, emb in enumerate(self.fm_second_order_embeddings):
            fm_second.append(emb(Xi[:, i]) * Xv[:, i : i + 1])
        total = torch.stack(fm_second).sum(0)
        squares = torch.stack([f * f for f in fm_second]).sum(0)
        interactions = 0.5 * (total * total - squares).sum(1)
        deep = torch.relu(self.linear_1(torch.cat(fm_second, 1)))
        return interactions + self.linear_2(deep).squeeze(1) + self.bias
