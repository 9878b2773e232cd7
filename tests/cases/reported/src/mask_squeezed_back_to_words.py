"""A mask was given two axes for heads and queries, and both are squeezed by name before windows are cut

Source: https://github.com/allenai/longformer/issues/12
Adapted: windows of three words on either side, one document in the batch
Inputs: 1x8:int64[0,20); 1:int64[0,3)
Loss: output
Benign: attention.key.bias

Only the axes that are known to be one are dropped; the document keeps its own.
"""

import torch
from torch import nn
from torch.nn import functional as F


class WindowedSelfAttention(nn.Module):
    def __init__(self, dim: int, window: int):
        super().__init__()
        self.window = window
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)

    def forward(self, hidden, attention_mask):
        words = attention_mask.squeeze(dim=2).squeeze(dim=1)
        size = 2 * self.window + 1
        key = F.pad(self.key(hidden), (0, 0, self.window, self.window)).unfold(1, size, 1)
        value = F.pad(self.value(hidden), (0, 0, self.window, self.window)).unfold(1, size, 1)
        allowed = F.pad(words, (self.window, self.window), value=-10000.0).unfold(1, size, 1)
        scores = torch.einsum("btd,btdw->btw", self.query(hidden), key) / hidden.size(-1) ** 0.5
        probs = torch.softmax(scores + allowed, dim=-1)
        return torch.einsum("btw,btdw->btd", probs, value)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = nn.Embedding(20, 10)
        self.attention = WindowedSelfAttention(10, 3)
        self.norm = nn.LayerNorm(10)
        self.classifier = nn.Linear(10, 3)

    def forward(self, input_ids, label):
        extended = (input_ids == 0).float().unsqueeze(1).unsqueeze(2) * -10000.0
        hidden = self.embeddings(input_ids)
        hidden = self.norm(hidden + self.attention(hidden, extended))
        return F.cross_entropy(self.classifier(hidden[:, 0]), label)
