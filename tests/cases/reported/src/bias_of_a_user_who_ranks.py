"""Every user has a bias, and only pairs of items of one user are ranked

Source: https://github.com/lyst/lightfm/issues/545
Adapted: PyTorch; one negative for each positive
Inputs: 6:int64[0,8); 6:int64[0,12); 6:int64[0,12)
Loss: output
Spoils: zero user_biases.weight
Codes: ZER504
Line: return F.relu(negative - positive + self.margin).mean()
Line: return (u * i).sum(dim=-1) + self.user_biases(user).squeeze(-1) + self.item_biases(item).squeeze(-1)
Op: aten::sub aten::add
Fix: return F.relu(negative - positive + self.margin).mean() => return F.softplus(-positive).mean() + F.softplus(negative).mean()

The bias stands in the score of the positive and of the negative, and their difference does not have it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, users: int = 8, items: int = 12, components: int = 5):
        super().__init__()
        self.margin = 1.0
        self.user_embeddings = nn.Embedding(users, components)
        self.item_embeddings = nn.Embedding(items, components)
        self.user_biases = nn.Embedding(users, 1)
        self.item_biases = nn.Embedding(items, 1)
        for table in [self.user_embeddings, self.item_embeddings]:
            nn.init.normal_(table.weight, std=0.2)
        for table in [self.user_biases, self.item_biases]:
            nn.init.zeros_(table.weight)

    def score(self, user, item):
        u = self.user_embeddings(user)
        i = self.item_embeddings(item)
        return (u * i).sum(dim=-1) + self.user_biases(user).squeeze(-1) + self.item_biases(item).squeeze(-1)

    def forward(self, user, liked, sampled):
        positive = self.score(user, liked)
        negative = self.score(user, sampled)
        return F.relu(negative - positive + self.margin).mean()
