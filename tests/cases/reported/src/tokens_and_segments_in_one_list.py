"""A traced text model takes two tensors, and is given both in a list

Source: https://github.com/huggingface/transformers/issues/6714
Adapted: a mean over embeddings
Export: trace 1x7:int64[0,30); 1x7:int64[0,2)
Inputs: [[{"shape": [1, 7], "dtype": "int64", "low": 0, "high": 30}, {"shape": [1, 7], "dtype": "int64", "low": 0, "high": 2}]]
Raises: forward: Expected a value of type 'Tensor'
Codes: TYP804

One argument that is a list is not two arguments.
"""

import torch
from torch import nn


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(30, 6)
        self.token_type = nn.Embedding(2, 6)
        self.norm = nn.LayerNorm(6)

    def forward(self, input_ids, token_type_ids):
        return self.norm(self.word(input_ids) + self.token_type(token_type_ids))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = Embeddings()
        self.pooler = nn.Linear(6, 4)

    def forward(self, input_ids, token_type_ids):
        return torch.tanh(self.pooler(self.embeddings(input_ids, token_type_ids).mean(dim=1)))
