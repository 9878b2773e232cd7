"""A binary classifier with one output is trained with cross entropy

Source: https://github.com/falloutdurham/beginners-pytorch-deep-learning/issues/7
Adapted: the number of outputs is one where the report's dimension was wrong: the same loss of zero
Inputs: 6x5; 6:int64[0,1)
Loss: output
Spoils: zero *
Codes: ZER503
Line: return F.cross_entropy(self.head(torch.relu(self.body(x))), label)
Op: aten::cross_entropy_loss aten::log_softmax
Fix: nn.Linear(7, 1) => nn.Linear(7, 2)

The softmax of one number is one, whatever the number.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 7)
        self.head = nn.Linear(7, 1)

    def forward(self, x, label):
        return F.cross_entropy(self.head(torch.relu(self.body(x))), label)
