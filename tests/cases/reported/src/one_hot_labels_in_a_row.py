"""Labels that are one-hot are flattened as if they were class numbers

Source: https://github.com/deepset-ai/FARM/issues/100
Adapted: a recurrent encoder
Inputs: 4x9:int64[0,30); 4x3:int64[0,2)
Loss: output
Raises: forward: Expected input batch_size (4) to match target batch_size (12)
Codes: SHP713
Line: loss = F.cross_entropy(logits, label_ids.view(-1))
Op: aten::cross_entropy_loss aten::view
Fix: label_ids.view(-1) => label_ids.argmax(dim=1)

Four texts with three flags each make twelve targets for four predictions.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 10)
        self.gru = nn.GRU(10, 8, batch_first=True, bidirectional=True)
        self.prediction_head = nn.Sequential(nn.Dropout(0.1), nn.Linear(16, 3))

    def forward(self, input_ids, label_ids):
        out, _ = self.gru(self.embedding(input_ids))
        pooled = out.max(dim=1)[0]
        logits = self.prediction_head(pooled)
        loss = F.cross_entropy(logits, label_ids.view(-1))
        return loss
