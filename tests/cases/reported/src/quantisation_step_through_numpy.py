"""An image codec computes its quantisation step with numpy, and is traced

Source: https://github.com/microsoft/DCVC/issues/14
Adapted: the step comes from a small network; noise-free, one convolution each way
Export: trace 2x3x8x8
Inputs: 2x3x8x8
Spoils: none q_net.*
Codes: CUT106 CUT105 PAR203
Line: q_scale = torch.from_numpy(np.maximum(self.q_net(torch.ones(1, 2)).detach().numpy(), 0.5))
Line: return self.q_basic * q_scale.view(1, -1, 1, 1)
Op: prim::Constant
Module: .
Fix: torch.from_numpy(np.maximum(self.q_net(torch.ones(1, 2)).detach().numpy(), 0.5)) => torch.clamp(self.q_net(torch.ones(1, 2)), min=0.5)

What numpy computed is a constant of the trace.
"""

import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.LeakyReLU(0.1), nn.Conv2d(6, 4, 3, padding=1))
        self.dec = nn.Sequential(nn.Conv2d(4, 12, 3, padding=1), nn.PixelShuffle(2))
        self.q_basic = nn.Parameter(torch.ones(1, 4, 1, 1))
        self.q_net = nn.Linear(2, 4)
        nn.init.constant_(self.q_net.bias, 1.5)

    def get_curr_q(self):
        q_scale = torch.from_numpy(np.maximum(self.q_net(torch.ones(1, 2)).detach().numpy(), 0.5))
        return self.q_basic * q_scale.view(1, -1, 1, 1)

    def forward(self, x):
        curr_q = self.get_curr_q()
        y = self.enc(x)
        y = torch.tanh(y / curr_q)
        return self.dec(y * self.q_basic)
