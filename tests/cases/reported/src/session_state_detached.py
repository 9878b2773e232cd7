"""The state of running sessions is carried from batch to batch without its history

Source: https://github.com/yhs968/pyGRU4REC/issues/8
Adapted: four sessions at a time, with the ranking loss of the model
Inputs: 4x3:int64[0,10); 4:int64[0,2); 4:int64[0,10)
Loss: output

A session learns from the steps of its own batch; what came before is a number.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n_items: int = 10, hidden_size: int = 12, batch_size: int = 4):
        super().__init__()
        self.embed = nn.Embedding(n_items, 8)
        self.gru = nn.GRU(8, hidden_size, batch_first=True)
        self.h2o = nn.Linear(hidden_size, n_items)
        self.hidden = torch.zeros(1, batch_size, hidden_size)

    def forward(self, items, finished, target):
        keep = (1 - finished).view(1, -1, 1).float()
        hidden = (self.hidden * keep).detach()
        output, hidden = self.gru(self.embed(items), hidden)
        self.hidden = hidden.detach()
        logits = torch.tanh(self.h2o(output[:, -1]))
        scores = logits.index_select(1, target)
        positive = scores.diag().unsqueeze(1)
        top1 = torch.sigmoid(scores - positive) + torch.sigmoid(scores.pow(2))
        return top1.mean()
