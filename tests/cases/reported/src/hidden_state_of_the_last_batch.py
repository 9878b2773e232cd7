"""A recurrent classifier keeps its hidden state on the module from batch to batch

Source: https://github.com/sgadgil6/cnslab_fmri/issues/4
Adapted: one GRU layer, a state of fixed batch size
Inputs: 3x5x4
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.hidden = hidden
Op: prim::SetAttr
Module: .
Twin: healthy
Fix: self.hidden = hidden => self.hidden = hidden.detach()

The second step starts from the first one's state, and so backward walks into its freed graph.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 6, batch_first=True)
        self.out = nn.Linear(6, 2)
        self.hidden = torch.zeros(1, 3, 6)

    def forward(self, x):
        seen, hidden = self.gru(x, self.hidden)
        self.hidden = hidden
        return self.out(seen[:, -1])
