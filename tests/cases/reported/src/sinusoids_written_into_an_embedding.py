"""Sinusoids are written into the weight of a position embedding while gradients are recorded

Source: https://github.com/Atcold/NYU-DLSP20/issues/765
Adapted: in the forward instead of the constructor; a smaller classifier
Inputs: 3x7:int64[0,20)
Raises: forward: a view of a leaf Variable that requires grad is being used in an in-place operation
Codes: IPL302
Line: E[:, 0::2] = torch.sin(theta)
Line: self.create_sinusoidal_embeddings(self.position_embeddings.weight)
Op: aten::copy_
Module: embed
Fix: (self.position_embeddings.weight) => (self.position_embeddings.weight.data)

Every second column is a view of a parameter.
"""

import torch
from torch import nn


class Embeddings(nn.Module):
    def __init__(self, vocab: int, length: int, d_model: int):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab, d_model)
        self.position_embeddings = nn.Embedding(length, d_model)
        self.LayerNorm = nn.LayerNorm(d_model)
        rate = 10000.0 ** (2 * torch.arange(d_model // 2) / d_model)
        self.register_buffer("theta", torch.arange(length).unsqueeze(1) / rate)

    def create_sinusoidal_embeddings(self, E):
        theta = self.theta
        E[:, 0::2] = torch.sin(theta)
        E[:, 1::2] = torch.cos(theta)

    def forward(self, input_ids):
        self.create_sinusoidal_embeddings(self.position_embeddings.weight)
        position_ids = torch.arange(input_ids.size(1)).unsqueeze(0).expand_as(input_ids)
        return self.LayerNorm(self.word_embeddings(input_ids) + self.position_embeddings(position_ids))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = Embeddings(20, 7, 8)
        self.mlp = nn.Sequential(nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 2))

    def forward(self, input_ids):
        x = self.mlp(self.embed(input_ids))
        return x.max(dim=1)[0]
