"""A tabular network embeds the texts of its columns once and keeps the result

Source: https://github.com/pyg-team/pytorch-frame/pull/229
Adapted: the embedder lives in the network and keeps its own result
Inputs: 5x3
Loss: cross_entropy 5:int64[0,2)
Raises: backward 2: Trying to backward through the graph a second time
Codes: BWD403
Line: self.cached = self.embedding(self.hashes)
Line: if self.cached.size(0) == 0:
Op: prim::SetAttr
Module: text_embedder
Fix: if self.cached.size(0) == 0: => if self.cached.size(0) >= 0:

The second iteration finds the embedding of the first, whose graph is gone.
"""

import torch
from torch import nn
from torch.nn import functional as F


class HashTextEmbedder(nn.Module):
    def __init__(self, num_hash_bins: int, out_channels: int):
        super().__init__()
        self.embedding = nn.Embedding(num_hash_bins, out_channels)
        self.register_buffer("hashes", torch.tensor([3, 7, 1, 12, 7]))
        self.cached = torch.zeros(0, out_channels)

    def forward(self):
        if self.cached.size(0) == 0:
            self.cached = self.embedding(self.hashes)
        return self.cached


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.text_embedder = HashTextEmbedder(16, 6)
        self.numerical = nn.Linear(3, 6)
        self.norm = nn.LayerNorm(12)
        self.head = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x_num):
        x = torch.cat([self.numerical(x_num), self.text_embedder()], dim=1)
        return self.head(self.norm(x))
