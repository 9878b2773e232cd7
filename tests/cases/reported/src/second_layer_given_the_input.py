"""The second layer of a coupling's subnet is given the input again, and not what the first made of it

Source: https://github.com/vislearn/FrEIA/issues/1
Adapted: a flow of two affine couplings; all widths are equal, so that it runs
Inputs: 6x8
Loss: output
Spoils: none flow.0.subnet.fc1.* flow.1.subnet.fc1.*
Codes: PAR204 PAR203
Line: out = self.fc2(x)
Line: out = F.relu(self.fc1(x))
Op: aten::relu aten::linear
Module: flow.0.subnet flow.1.subnet flow.0.subnet.fc1 flow.1.subnet.fc1
Fix: out = self.fc2(x) => out = self.fc2(out)

One letter, and the first layer's work is thrown away.
"""

import torch
from torch import nn
from torch.nn import functional as F


class FullyConnected(nn.Module):
    def __init__(self, size: int, size_out: int):
        super().__init__()
        self.fc1 = nn.Linear(size, size)
        self.fc2 = nn.Linear(size, size)
        self.fc3 = nn.Linear(size, size_out)

    def forward(self, x):
        out = F.relu(self.fc1(x))
        out = self.fc2(x)
        out = F.relu(out)
        return self.fc3(out)


class Coupling(nn.Module):
    def __init__(self, flip: bool):
        super().__init__()
        self.flip = flip
        self.subnet = FullyConnected(4, 8)

    def forward(self, x):
        if self.flip:
            x = x.flip(-1)
        x1, x2 = x.chunk(2, dim=-1)
        s, t = self.subnet(x1).chunk(2, dim=-1)
        s = 0.6 * torch.atan(s)
        return torch.cat([x1, x2 * torch.exp(s) + t], dim=-1), s.sum(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flow = nn.ModuleList([Coupling(False), Coupling(True)])

    def forward(self, x):
        jac = torch.zeros(x.size(0))
        for block in self.flow:
            x, j = block(x)
            jac = jac + j
        return (0.5 * x.pow(2).sum(-1) - jac).mean()
