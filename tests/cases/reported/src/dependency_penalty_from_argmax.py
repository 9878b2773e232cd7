"""A penalty on inconsistent classes is computed from argmax, and so penalises nothing

Source: https://github.com/Ugenteraan/Deep_Hierarchical_Classification/issues/6
Adapted: two levels of three and six classes
Inputs: 5x8; 5:int64[0,3); 5:int64[0,6)
Loss: output
Spoils: wrong trunk.* upper.* lower.*
Codes: CUT108
Line: penalty = torch.where(coarse == fine // 2, 0.0, 1.0).mean()
Line: return loss + 0.5 * penalty
Line: coarse = torch.argmax(upper, dim=1)
Line: fine = torch.argmax(lower, dim=1)
Op: aten::add aten::argmax aten::mean aten::where aten::eq
Fix: penalty = torch.where(coarse == fine // 2, 0.0, 1.0).mean() => penalty = (torch.softmax(upper, 1).unsqueeze(2) * torch.softmax(lower, 1).view(-1, 3, 2)).sum((1, 2)).neg().mean()

The term is added to the loss and shifts its value, but it has no gradient.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(8, 7)
        self.upper = nn.Linear(7, 3)
        self.lower = nn.Linear(7, 6)

    def forward(self, x, family, species):
        h = torch.relu(self.trunk(x))
        upper, lower = self.upper(h), self.lower(h)
        loss = F.cross_entropy(upper, family) + F.cross_entropy(lower, species)
        coarse = torch.argmax(upper, dim=1)
        fine = torch.argmax(lower, dim=1)
        penalty = torch.where(coarse == fine // 2, 0.0, 1.0).mean()
        return loss + 0.5 * penalty
