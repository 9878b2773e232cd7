"""Nearest words are gathered from scores of a vocabulary that is smaller

Source: https://github.com/boathit/t2vec/issues/17
Adapted: six words where the targets know seven
Inputs: 4x5
Loss: output
Raises: forward: is out of bounds for dimension 1 with size 6
Codes: SHP710
Line: return -torch.gather(scores, 1, near).mean()
Op: aten::gather
Fix: near = torch.tensor([[0, 6], [1, 2], [3, 4], [5, 0]]) => near = torch.tensor([[0, 5], [1, 2], [3, 4], [5, 0]])

The largest index is the size.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.decode = nn.Linear(5, 6)

    def forward(self, h):
        scores = torch.log_softmax(self.decode(h), 1)
        near = torch.tensor([[0, 6], [1, 2], [3, 4], [5, 0]])
        return -torch.gather(scores, 1, near).mean()
