"""Actions come from a replay buffer of floats and cannot choose a value; what they choose then is a column for a row

Source: https://github.com/PacktPublishing/Deep-Reinforcement-Learning-Hands-On-Second-Edition/issues/45
Adapted: actions were int32, which gather takes by now, and are floats here; the second squeeze is left out; no target network
Inputs: [{"shape": [8, 4]}, {"shape": [8], "fill": "ones"}, {"shape": [8]}, {"shape": [8, 4]}]
Loss: output
Raises: forward: gather(): Expected dtype int32/int64 for index
Codes: TYP802
Line: state_action_values = self.net(states_v).gather(1, actions_v.unsqueeze(-1))
Op: aten::gather
Module: .
Fix: actions_v.unsqueeze(-1) => actions_v.long().unsqueeze(-1)
Fix: return F.mse_loss(state_action_values, => return F.mse_loss(state_action_values.squeeze(-1),
Later: SHP707 SHP713 | aten::mse_loss | . | return F.mse_loss(state_action_values, expected_state_action_values) | spoils wrong

Whole numbers are wanted; and behind it eight values in a column meet eight targets in a row.
"""

import torch
from torch import nn
from torch.nn import functional as F


class DQN(nn.Module):
    def __init__(self, n_obs: int, n_actions: int):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(n_obs, 16), nn.ReLU(), nn.Linear(16, n_actions))

    def forward(self, x):
        return self.fc(x)


class Net(nn.Module):
    def __init__(self, gamma: float = 0.99):
        super().__init__()
        self.gamma = gamma
        self.net = DQN(4, 3)

    def forward(self, states_v, actions_v, rewards_v, next_states_v):
        state_action_values = self.net(states_v).gather(1, actions_v.unsqueeze(-1))
        next_state_values = self.net(next_states_v).max(1)[0].detach()
        expected_state_action_values = next_state_values * self.gamma + rewards_v
        return F.mse_loss(state_action_values, expected_state_action_values)
