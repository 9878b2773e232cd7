"""A layer is defined, and the forward does not call it

Source: https://github.com/inria-thoth/HySUPP/issues/3
Adapted: three linear layers
Inputs: 4x5
Spoils: none layer2.*
Codes: PAR203
Fix: h = torch.relu(self.layer1(x)) => h = torch.relu(self.layer2(torch.relu(self.layer1(x))))

Nothing reads its weights.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(5, 6)
        self.layer2 = nn.Linear(6, 6)
        self.layer3 = nn.Linear(6, 2)

    def forward(self, x):
        h = torch.relu(self.layer1(x))
        return self.layer3(h)
