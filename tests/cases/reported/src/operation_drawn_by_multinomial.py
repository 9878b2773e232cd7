"""One of several operations is drawn by its probability, and its output goes on

Source: https://github.com/D-X-Y/AutoDL-Projects/issues/74
Adapted: three linear operations for each sample
Inputs: 6x5
Spoils: none alphas
Codes: CUT103
Line: index = torch.multinomial(torch.softmax(self.alphas, dim=0), x.size(0), replacement=True)
Op: aten::multinomial
Fix: return self.head(drawn) => return self.head(drawn + (torch.softmax(self.alphas, dim=0)[index].unsqueeze(1) * drawn))

What was drawn is a position: the probabilities behind it get no gradient.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.alphas = nn.Parameter(torch.tensor([0.1, 0.3, -0.2]))
        self.operations = nn.Linear(5, 15)
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        index = torch.multinomial(torch.softmax(self.alphas, dim=0), x.size(0), replacement=True)
        each = self.operations(x).reshape(-1, 3, 5)
        drawn = each[torch.arange(x.size(0)), index]
        return self.head(drawn)
