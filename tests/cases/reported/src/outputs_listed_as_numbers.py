"""Outputs are put into a list, number by number, and a tensor is made of it

Source: https://github.com/pytorch/pytorch/issues/95110
Adapted: no conversion by way of NumPy, a regression
Inputs: 5x4; 5
Loss: output
Raises: backward: does not require grad
Codes: CUT105
Line: values.append(scores[i].item())
Line: predicted = torch.tensor(values)
Op: aten::item aten::tensor
Fix: predicted = torch.tensor(values) => predicted = scores

The list holds plain numbers, and no history leads from a number back to the tensor.
"""

from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)

    def forward(self, x, y):
        scores = self.fc(x).squeeze(1)
        values: List[float] = []
        for i in range(scores.size(0)):
            values.append(scores[i].item())
        predicted = torch.tensor(values)
        return F.mse_loss(predicted, y)
