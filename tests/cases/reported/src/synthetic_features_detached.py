"""Domain features detached in the generator's step as in the discriminator's

Source: https://github.com/jason718/game-feature-learning/issues/3
Adapted: linear layers; the discriminator is frozen in this step, as it is in the report
Inputs: 6x10; 6x4
Spoils: none base.*
Codes: CUT101
Line: fooled = self.judge(domain.detach()).mean()
Line: tasks = self.head(domain.detach())
Op: aten::detach
Fix: self.judge(domain.detach()) => self.judge(domain)

The base network is to fool the judge, and the detach keeps that gradient from it; the head is given a detached copy too.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 8))
        self.judge = nn.Sequential(nn.Linear(8, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1)).requires_grad_(False)
        self.head = nn.Linear(8, 4)

    def forward(self, x, target):
        domain = self.base(x)
        fooled = self.judge(domain.detach()).mean()
        tasks = self.head(domain.detach())
        return F.mse_loss(tasks, target) - fooled
