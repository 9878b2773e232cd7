"""An importance ratio of shape (N,) is multiplied with advantages of shape (N, 1)

Source: https://github.com/RITCHIEHuang/DeepRL_Algorithms/issues/13
Adapted: the advantages are returns minus values
Export: trace 6x4;6:int64[0,3);6;6x1
Inputs: 6x4; 6:int64[0,3); 6; 6x1
Loss: output
Spoils: wrong
Codes: SHP707
Line: surr1 = ratio * advantages
Line: surr2 = torch.clamp(ratio, 1.0 - 0.2, 1.0 + 0.2) * advantages
Line: advantages = (returns - values).detach()
Op: aten::mul
Fix: (returns - values).detach() => (returns - values).detach().reshape(-1)
Fix: torch.min(surr1, surr2) => torch.minimum(surr1, surr2)
Later: FMT901 | aten::min | . | policy_loss = -torch.min(surr1, surr2).mean() | spoils wrong

Every ratio is weighed with every advantage. Where nothing is clipped both sides of the minimum are equal, and there
the optimising executor gives another gradient.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
        self.value = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, states, actions, old_log_probs, returns):
        values = self.value(states)
        value_loss = F.mse_loss(values, returns)
        advantages = (returns - values).detach()
        log_probs = F.log_softmax(self.policy(states), dim=-1)
        log_probs = log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)
        ratio = torch.exp(log_probs - old_log_probs)
        surr1 = ratio * advantages
        surr2 = torch.clamp(ratio, 1.0 - 0.2, 1.0 + 0.2) * advantages
        policy_loss = -torch.min(surr1, surr2).mean()
        return policy_loss + 0.5 * value_loss
