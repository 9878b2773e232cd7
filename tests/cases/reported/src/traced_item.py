"""A learnt temperature is read as a number, and tracing writes the number down

Source: https://github.com/pytorch/pytorch/issues/42966
Adapted: the temperature of a retrieval model for the report's beam size
Export: trace 4x6; 4x5
Inputs: 4x6; 4x5
Loss: output
Spoils: none log_temperature
Codes: CUT106 CUT105
Line: temperature = self.log_temperature.exp().item()
Line: scale = torch.tensor([temperature])
Line: logits = query @ document.t() / scale
Op: prim::Constant aten::div
Fix: scale = torch.tensor([temperature]) => scale = self.log_temperature.exp()

The temperature is a constant of the file, whatever is loaded into the parameter.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, dim: int = 8):
        super().__init__()
        self.query_encoder = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, dim))
        self.document_encoder = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, dim))
        self.log_temperature = nn.Parameter(torch.tensor(-1.0))

    def forward(self, queries, documents):
        query = F.normalize(self.query_encoder(queries), dim=-1)
        document = F.normalize(self.document_encoder(documents), dim=-1)
        temperature = self.log_temperature.exp().item()
        scale = torch.tensor([temperature])
        logits = query @ document.t() / scale
        labels = torch.arange(queries.size(0))
        return F.cross_entropy(logits, labels)
