"""The forward algorithm in the logarithm, with states that cannot be reached at first

Source: https://github.com/pytorch/pytorch/issues/31829
Adapted: a left-to-right aligner of four states; emissions from a small network
Inputs: 2x6x5
Loss: output
Spoils: nan emission.*
Codes: NUM602 NUM603
Line: log_alpha = torch.logsumexp(torch.stack([stay, move]), dim=0) + log_probs[:, t]
Op: aten::logsumexp
Module: aligner
Fix: float("-inf")) => -1e4)

A state that nothing leads to is minus infinity from both sides, and there the derivative of logsumexp is NaN.
"""

import torch
from torch import nn


class ForwardSum(nn.Module):
    def __init__(self, states: int):
        super().__init__()
        self.states = states

    def forward(self, log_probs):
        never = torch.full((log_probs.size(0), 1), float("-inf"))
        log_alpha = torch.cat([log_probs[:, 0, :1], never.expand(-1, self.states - 1)], dim=1)
        for t in range(1, log_probs.size(1)):
            stay = log_alpha
            move = torch.cat([never, log_alpha[:, :-1]], dim=1)
            log_alpha = torch.logsumexp(torch.stack([stay, move]), dim=0) + log_probs[:, t]
        return -log_alpha[:, -1].mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emission = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 4))
        self.duration = nn.Linear(5, 1)
        self.aligner = ForwardSum(4)

    def forward(self, frames):
        log_probs = torch.log_softmax(self.emission(frames), dim=-1)
        length = torch.exp(self.duration(frames)).sum((1, 2))
        return self.aligner(log_probs) + 0.1 * (length - 4.0).abs().mean()
