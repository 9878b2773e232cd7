"""One value for a state is added to the advantages of all its actions, and those taken are picked by two indices

Source: https://github.com/philtabor/Deep-Q-Learning-Paper-To-Code/issues/8
Adapted: double deep Q-learning, the target network frozen
Inputs: 4x5; 4:int64[0,4); 4; 4x5
Loss: output

(4, 1) + (4, 4) is meant, though as many states as actions would hide it if it were not.
"""

import copy

import torch
from torch import nn
from torch.nn import functional as F


class DuelingDeepQNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Sequential(nn.Linear(5, 16), nn.Tanh())
        self.V = nn.Linear(16, 1)
        self.A = nn.Linear(16, 4)

    def forward(self, state):
        hidden = self.fc1(state)
        A_s = self.A(hidden)
        return torch.add(self.V(hidden), A_s - A_s.mean(dim=1, keepdim=True))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_eval = DuelingDeepQNetwork()
        self.q_next = copy.deepcopy(self.q_eval).requires_grad_(False)

    def forward(self, states, actions, rewards, states_):
        indices = torch.arange(states.size(0))
        q_pred = self.q_eval(states)[indices, actions]
        max_actions = self.q_eval(states_).argmax(dim=1)
        q_target = rewards + 0.99 * self.q_next(states_)[indices, max_actions]
        return F.mse_loss(q_pred, q_target.detach())
