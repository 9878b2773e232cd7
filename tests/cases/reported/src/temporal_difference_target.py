"""Q-learning: the target is computed by a frozen copy, under no_grad

Source: Human-level control through deep reinforcement learning, https://doi.org/10.1038/nature14236
Inputs: 6x4; 6:int64[0,3); 6; 6x4
Loss: output

The maximum over the next values has no gradient, and wants none.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
        self.target = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)).requires_grad_(False)

    def forward(self, state, action, reward, after):
        q = self.online(state).gather(1, action.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            wanted = reward + 0.9 * self.target(after).max(1)[0]
        return F.smooth_l1_loss(q, wanted)
