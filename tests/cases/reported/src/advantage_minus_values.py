"""An advantage is the difference of returns and a column of values

Source: https://github.com/sunwuzhou03/reinforcement-learning-lab/issues/1
Adapted: written as a difference and a square instead of mse_loss
Inputs: 5x4; 5
Loss: output
Spoils: wrong
Codes: SHP707
Line: return (returns - self.critic(states)).pow(2).mean()
Op: aten::sub
Twin: healthy
Fix: returns - self.critic(states) => returns - self.critic(states).squeeze(-1)

(5,) minus (5, 1) is (5, 5).
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 1))

    def forward(self, states, returns):
        return (returns - self.critic(states)).pow(2).mean()
