"""Statistics that depend on the input are rebuilt with torch.tensor while tracing

Source: https://github.com/pytorch/pytorch/pull/11545
Adapted: a learned scale whose numbers are rebuilt
Export: trace 4x5
Inputs: 4x5
Spoils: none scale.*
Codes: CUT106 CUT105
Line: size = torch.tensor(self.scale(x).mean(0).tolist())
Line: return self.body(x) * size
Op: prim::Constant aten::mul
Fix: torch.tensor(self.scale(x).mean(0).tolist()) => self.scale(x).mean(0)

The trace holds the numbers of the example.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 3)
        self.scale = nn.Linear(5, 3)

    def forward(self, x):
        size = torch.tensor(self.scale(x).mean(0).tolist())
        return self.body(x) * size
