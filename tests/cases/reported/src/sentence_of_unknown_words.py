"""Cosine similarities by hand, and a sentence without a known word

Source: https://github.com/huggingface/sentence-transformers/issues/589
Adapted: averaged word vectors that are trained; the second sentence is all padding
Inputs: [{"shape": [3, 4], "dtype": "int64", "low": 1, "high": 9}]
Loss: output
Spoils: nan words.weight
Codes: NUM601
Line: b_norm = b / b.norm(2, 1)[:, None]
Line: a_norm = a / a.norm(2, 1)[:, None]
Op: aten::div
Fix: a_norm = a / a.norm(2, 1)[:, None] => a_norm = torch.nn.functional.normalize(a, dim=1)
Fix: b_norm = b / b.norm(2, 1)[:, None] => b_norm = torch.nn.functional.normalize(b, dim=1)
Later: NUM601 | aten::div | . | b_norm = b / b.norm(2, 1)[:, None] | spoils nan words.weight

The vector of nothing has no direction: zero by zero.
"""

import torch
from torch import nn


def pytorch_cos_sim(a: torch.Tensor, b: torch.Tensor):
    a_norm = a / a.norm(2, 1)[:, None]
    b_norm = b / b.norm(2, 1)[:, None]
    return torch.mm(a_norm, b_norm.transpose(0, 1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 5, padding_idx=0)
        self.pooler = nn.Linear(5, 2)

    def encode(self, ids):
        known = (ids != 0).sum(1, keepdim=True).clamp(min=1)
        return self.words(ids).sum(1) / known

    def forward(self, ids):
        keep = torch.ones_like(ids)
        keep[1] = 0
        vectors = self.encode(ids * keep)
        scores = pytorch_cos_sim(vectors, vectors.roll(1, 0))
        length = self.pooler(torch.ones(1, 5)).pow(2).mean()
        return (scores - torch.eye(scores.size(0))).pow(2).mean() + length
