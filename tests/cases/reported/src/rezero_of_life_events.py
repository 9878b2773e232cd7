"""Every sublayer of a transformer is multiplied by a parameter that starts at zero

Source: https://github.com/SocialComplexityLab/life2vec/issues/9
Adapted: one layer over eight events
Export: trace 16x8:int64[0,12)
Inputs: 16x8:int64[0,12)
Loss: sum
Benign: attention.key.bias

The gates learn at the first step, and all behind them from the second on.
"""

import torch
import torch.nn as nn


class ReZero(nn.Module):
    def __init__(self):
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x, sublayer):
        return x + self.alpha * sublayer


class SelfAttention(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.scale = hidden**-0.5

    def forward(self, x):
        scores = self.query(x) @ self.key(x).transpose(-2, -1) * self.scale
        return torch.softmax(scores, dim=-1) @ self.value(x)


class Net(nn.Module):
    def __init__(self, hidden: int = 16):
        super().__init__()
        self.events = nn.Embedding(12, hidden)
        self.attention = SelfAttention(hidden)
        self.attention_sublayer = ReZero()
        self.position_wise = nn.Sequential(nn.Linear(hidden, 32), nn.GELU(), nn.Linear(32, hidden))
        self.position_sublayer = ReZero()
        self.decoder = nn.Linear(hidden, 2)

    def forward(self, ids):
        x = self.events(ids)
        x = self.attention_sublayer(x, self.attention(x))
        x = self.position_sublayer(x, self.position_wise(x))
        return torch.log_softmax(self.decoder(x[:, 0]), dim=-1)[:, 1]
