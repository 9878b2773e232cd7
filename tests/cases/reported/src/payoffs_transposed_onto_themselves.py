"""The payoffs of the second direction are overwritten with their own transpose

Source: https://github.com/wendelinboehmer/dcg/pull/19
Adapted: three edges, three actions; no low-rank approximation
Inputs: 2x3x8
Raises: forward: refer to a single memory location
Codes: IPL304
Line: output[1] = output[1].transpose(-2, -1)
Op: aten::copy_
Module: .
Fix: output[1] = output[1].transpose(-2, -1) => output = torch.stack([output[0], output[1].transpose(-2, -1)])

A transpose is a view: what is read lies where it is written.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.n_actions = 3
        self.payoff_fun = nn.Sequential(nn.Linear(8, 10), nn.Tanh(), nn.Linear(10, 9))
        self.utility_fun = nn.Linear(8, 3)

    def payoffs(self, hidden_states):
        inputs = torch.stack([hidden_states, hidden_states.flip(1)], dim=0)
        output = self.payoff_fun(inputs)
        output = output.view(2, inputs.size(1), inputs.size(2), self.n_actions, self.n_actions)
        output[1] = output[1].transpose(-2, -1)
        return output.mean(dim=0)

    def forward(self, hidden_states):
        f_ij = self.payoffs(hidden_states)
        f_i = self.utility_fun(hidden_states)
        return f_i + f_ij.mean(dim=-1)
