"""A clipped policy ratio: outside the clip the gradient is zero, and for most of the batch it is not

Source: Proximal Policy Optimization Algorithms, https://arxiv.org/abs/1707.06347
Inputs: 8x4; 8:int64[0,3); 8
Loss: output

The old probabilities are detached numbers of the same network.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))

    def forward(self, state, action, advantage):
        log_p = F.log_softmax(self.policy(state), dim=-1).gather(1, action.unsqueeze(1)).squeeze(1)
        ratio = (log_p - log_p.detach()).exp()
        clipped = ratio.clamp(0.8, 1.2)
        return -torch.min(ratio * advantage, clipped * advantage).mean()
