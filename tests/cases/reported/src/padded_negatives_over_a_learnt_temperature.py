"""Padded negatives of minus infinity are divided by a temperature that is learnt

Source: https://github.com/NVIDIA-NeMo/Automodel/pull/3850
Adapted: three negatives for each query, of which the last is always padding
Inputs: 4x6; 4x6; 4x3x6; 4:int64[1,3)
Loss: output
Spoils: nan temperature
Codes: NUM602 NUM603
Line: logits = torch.cat([positive, negative], dim=1) / self.temperature
Line: negative = negative.masked_fill(steps >= count.unsqueeze(1), float("-inf"))
Op: aten::div aten::masked_fill
Twin: healthy
Fix: float("-inf") => -1e4

The padding gets no probability and no gradient, and zero times infinity is what the temperature gets from it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.query_encoder = nn.Linear(6, 5)
        self.document_encoder = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 5))
        self.temperature = nn.Parameter(torch.tensor(0.5))

    def embed(self, documents):
        return F.normalize(self.document_encoder(documents), dim=-1)

    def forward(self, query, relevant, others, count):
        q = F.normalize(self.query_encoder(query), dim=-1)
        positive = (q * self.embed(relevant)).sum(-1, keepdim=True)
        negative = torch.einsum("bd,bnd->bn", q, self.embed(others))
        steps = torch.arange(negative.size(1)).unsqueeze(0)
        negative = negative.masked_fill(steps >= count.unsqueeze(1), float("-inf"))
        logits = torch.cat([positive, negative], dim=1) / self.temperature
        return F.cross_entropy(logits, torch.zeros_like(count))
