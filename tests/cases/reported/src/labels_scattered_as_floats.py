"""Labels that are floating numbers are scattered into a one-hot matrix

Source: https://github.com/samleoqh/MSCG-Net/issues/7
Adapted: a soft cross entropy
Inputs: [{"shape": [4, 5]}, {"shape": [4, 1], "fill": "ones"}]
Loss: output
Raises: forward: Expected dtype int32/int64 for index
Codes: TYP802
Line: hot = torch.zeros_like(scores).scatter_(1, label, 1.0)
Op: aten::scatter_
Fix: scatter_(1, label, 1.0) => scatter_(1, label.long(), 1.0)

An index is an integer.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 3)

    def forward(self, x, label):
        scores = torch.log_softmax(self.fc(x), 1)
        hot = torch.zeros_like(scores).scatter_(1, label, 1.0)
        return -(hot * scores).sum(1).mean()
