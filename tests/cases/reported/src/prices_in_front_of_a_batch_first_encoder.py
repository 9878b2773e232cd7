"""A transformer that is told that the batch comes first

Source: https://github.com/Exorust/TorchLeet/issues/5
Adapted: two layers, days of five prices, the last day is read
Inputs: 4x9x5
Loss: mean

Every series attends to its own days.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, input_dim: int = 5, embed_dim: int = 12, num_heads: int = 3, max_len: int = 16):
        super().__init__()
        self.embedding = nn.Linear(input_dim, embed_dim)
        self.position = nn.Parameter(torch.randn(1, max_len, embed_dim) * 0.1)
        layer = nn.TransformerEncoderLayer(embed_dim, num_heads, 24, dropout=0.0, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.output_layer = nn.Linear(embed_dim, 1)

    def forward(self, x):
        x = self.embedding(x) + self.position[:, : x.size(1)]
        x = self.transformer_encoder(x)
        return self.output_layer(x[:, -1]).squeeze(-1)
