"""A decoupling loss is rebuilt from its number before it is added

Source: https://github.com/thuml/predrnn-pytorch/issues/11
Adapted: two memory cells as linear layers
Inputs: 4x6; 4x5
Loss: output
Spoils: wrong cell.* memory.*
Codes: CUT108 CUT105
Line: decouple = torch.tensor(overlap.item())
Line: return F.mse_loss(self.out(c + m), target) + 0.1 * decouple
Op: aten::tensor aten::item aten::add aten::mul
Fix: torch.tensor(overlap.item()) => overlap

The penalty is a number by the time it reaches the loss.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.Linear(6, 8)
        self.memory = nn.Linear(6, 8)
        self.out = nn.Linear(8, 5)

    def forward(self, x, target):
        c, m = torch.tanh(self.cell(x)), torch.tanh(self.memory(x))
        overlap = F.cosine_similarity(c, m, dim=1).abs().mean()
        decouple = torch.tensor(overlap.item())
        return F.mse_loss(self.out(c + m), target) + 0.1 * decouple
