"""Two towers give a column of scores, and the ratings are a row

Source: https://github.com/pyemma/Argo/pull/27
Adapted: the training loss and not the evaluation, as the same shapes meet there
Inputs: 6:int64[0,9); 6:int64[0,7); 6
Loss: output
Spoils: wrong
Codes: SHP707
Line: return F.mse_loss(scores, ratings)
Line: scores = (user * item).sum(dim=-1, keepdim=True)
Op: aten::mse_loss aten::broadcast_tensors aten::sum
Twin: healthy
Fix: keepdim=True => keepdim=False

(6, 1) and (6,) are compared as (6, 6): every score with the rating of everybody.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Tower(nn.Module):
    def __init__(self, count: int):
        super().__init__()
        self.table = nn.Embedding(count, 8)
        self.mlp = nn.Sequential(nn.Linear(8, 12), nn.Tanh(), nn.Linear(12, 6))

    def forward(self, ids):
        return self.mlp(self.table(ids))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.user_tower = Tower(9)
        self.item_tower = Tower(7)

    def forward(self, users, items, ratings):
        user = self.user_tower(users)
        item = self.item_tower(items)
        scores = (user * item).sum(dim=-1, keepdim=True)
        return F.mse_loss(scores, ratings)
