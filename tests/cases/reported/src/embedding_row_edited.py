"""A row of a weight is edited in place while gradients are recorded

Source: https://github.com/Hunter-DDM/knowledge-neurons/issues/14
Adapted: an edit in the forward
Inputs: 4x5
Raises: forward: a view of a leaf Variable that requires grad is being used in an in-place operation
Codes: IPL302
Line: self.dense.weight[:, 1] -= self.edit
Op: aten::sub_
Fix: self.dense.weight[:, 1] -= self.edit => self.dense.weight.data[:, 1] -= self.edit

A column of a parameter is a view of a leaf.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 3)
        self.register_buffer("edit", torch.full((3,), 0.01))

    def forward(self, x):
        self.dense.weight[:, 1] -= self.edit
        return self.dense(x)
