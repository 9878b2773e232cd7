"""Batch and time are folded into one for the loss

Source: https://github.com/karpathy/minGPT
Adapted: a GRU language model
Inputs: 2x5:int64[0,7); 2x5:int64[0,7)
Loss: output

view(-1, size) is meant here: every token is a sample.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 5)
        self.rnn = nn.GRU(5, 6, batch_first=True)
        self.head = nn.Linear(6, 7)

    def forward(self, ids, targets):
        h, _ = self.rnn(self.embed(ids))
        logits = self.head(h)
        return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))
