"""Quantile regression compares every predicted quantile with every target quantile, on purpose

Source: https://github.com/BY571/QR-DQN/issues/1
Adapted: the mended loss of the report: the quantile levels along the predictions' axis
Inputs: 6x4; 6x4; 6:int64[0,3); 6x1:float32
Loss: output

Two tensors are meant to broadcast to (batch, quantiles, quantiles).
"""

import torch
from torch import nn


class QNetwork(nn.Module):
    def __init__(self, state: int, actions: int, N: int):
        super().__init__()
        self.actions, self.N = actions, N
        self.head = nn.Linear(state, 12)
        self.ff = nn.Linear(12, actions * N)

    def forward(self, x):
        return self.ff(torch.tanh(self.head(x))).view(-1, self.N, self.actions)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qnetwork = QNetwork(4, 3, 5)
        self.register_buffer("tau", (torch.arange(5).float() + 0.5) / 5.0)

    def forward(self, states, next_states, actions, rewards):
        with torch.no_grad():
            q_next = self.qnetwork(next_states)
            best = q_next.mean(dim=1).argmax(dim=1)
            targets = rewards + 0.9 * q_next.gather(2, best.view(-1, 1, 1).expand(-1, 5, 1)).squeeze(2)
        expected = self.qnetwork(states).gather(2, actions.view(-1, 1, 1).expand(-1, 5, 1)).squeeze(2)
        td_error = targets.unsqueeze(1) - expected.unsqueeze(2)
        huber = torch.where(td_error.abs() <= 1.0, 0.5 * td_error.pow(2), td_error.abs() - 0.5)
        weight = torch.abs(self.tau.view(1, -1, 1) - (td_error.detach() < 0).float())
        return (weight * huber).sum(dim=1).mean()
