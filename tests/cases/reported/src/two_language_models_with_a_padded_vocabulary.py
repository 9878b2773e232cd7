"""Two language models teach each other, and one word of their vocabulary is minus infinity in both

Source: https://github.com/OpenBMB/ModelCenter/issues/14
Adapted: two recurrent models that both learn
Inputs: 3x5:int64[0,9)
Loss: output
Spoils: nan *
Codes: NUM601
Line: return -(prob_t * log_prob_s).sum(dim=-1).mean()
Line: return F.pad(logits, [0, 1], value=float("-inf"))
Op: aten::mul aten::pad
Module: . large small
Twin: healthy
Fix: float("-inf") => -1e4

Zero probability times a logarithm of minus infinity is not a number.
"""

import torch
from torch import nn
from torch.nn import functional as F


class LanguageModel(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.embed = nn.Embedding(9, hidden)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.lm_head = nn.Linear(hidden, 9)

    def forward(self, ids):
        logits = self.lm_head(self.rnn(self.embed(ids))[0])
        return F.pad(logits, [0, 1], value=float("-inf"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.large = LanguageModel(8)
        self.small = LanguageModel(5)

    def cross_entropy(self, logits_t, logits_s):
        prob_t = F.softmax(logits_t, dim=-1)
        log_prob_s = F.log_softmax(logits_s, dim=-1)
        return -(prob_t * log_prob_s).sum(dim=-1).mean()

    def forward(self, ids):
        a, b = self.large(ids), self.small(ids)
        return self.cross_entropy(a, b) + self.cross_entropy(b, a)
