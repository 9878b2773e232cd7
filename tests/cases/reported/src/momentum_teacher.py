"""A teacher that is a moving average of its student, updated in the forward under no_grad

Source: Mean teachers are better role models, https://arxiv.org/abs/1703.01780
Inputs: 5x6
Loss: output

The teacher is frozen and written in place, where no gradient is recorded; the student learns.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.student = nn.Linear(6, 4)
        self.teacher = nn.Linear(6, 4)
        for parameter in self.teacher.parameters():
            parameter.requires_grad_(False)

    def forward(self, x):
        with torch.no_grad():
            self.teacher.weight.mul_(0.9).add_(self.student.weight, alpha=0.1)
            self.teacher.bias.mul_(0.9).add_(self.student.bias, alpha=0.1)
            wanted = torch.softmax(self.teacher(x), dim=-1)
        return F.kl_div(F.log_softmax(self.student(x), dim=-1), wanted, reduction="batchmean")
