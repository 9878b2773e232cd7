"""A clipped policy ratio meets its own clip, and the optimising executor gives neither side a gradient

Source: Proximal Policy Optimization Algorithms, https://arxiv.org/abs/1707.06347
Inputs: 8x4; 8:int64[0,3); 8
Loss: output
Spoils: zero * from call 2
Codes: FMT901
Line: return -torch.min(ratio * advantage, clipped * advantage).mean()
Op: aten::min aten::minimum
Twin: healthy
Fix: torch.min(ratio * advantage, clipped * advantage) => torch.where(ratio < 1.2, ratio * advantage, clipped * advantage)

In the first epoch the ratio is one and both sides are equal. torch gives each half of the gradient, and so does the
first call; from the second on the optimised program compares strictly, and nothing learns any more.
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
