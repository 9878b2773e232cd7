"""Self-distillation with a moving average teacher and a centre that is a buffer

Source: Emerging Properties in Self-Supervised Vision Transformers, https://arxiv.org/abs/2104.14294
Adapted: two crops; the centre and the teacher are updated in the forward
Inputs: [{"shape": [6, 5]}, {"shape": [6, 5]}]
Loss: output

The teacher is frozen and looked at without gradient; the student's logits are compared with it across the crops.
"""

from typing import List

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(5, 8)
        self.head = nn.Linear(8, 6)

    def forward(self, x):
        return self.head(F.gelu(self.backbone(x)))


class DINOLoss(nn.Module):
    def __init__(self, out_dim: int):
        super().__init__()
        self.register_buffer("center", torch.zeros(1, out_dim))

    def forward(self, student: List[torch.Tensor], teacher: List[torch.Tensor]):
        total = torch.zeros(1)
        for i, t in enumerate(teacher):
            q = F.softmax((t - self.center) / 0.04, dim=-1).detach()
            for j, s in enumerate(student):
                if i != j:
                    total = total + torch.sum(-q * F.log_softmax(s / 0.1, dim=-1), dim=-1).mean()
        with torch.no_grad():
            batch_center = torch.cat(teacher).mean(dim=0, keepdim=True)
            self.center.mul_(0.9).add_(batch_center, alpha=0.1)
        return total / 2


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.student = Encoder()
        self.teacher = Encoder()
        for p in self.teacher.parameters():
            p.requires_grad = False
        self.criterion = DINOLoss(6)

    def forward(self, one, other):
        with torch.no_grad():
            self.teacher.backbone.weight.lerp_(self.student.backbone.weight, 0.01)
            self.teacher.head.weight.lerp_(self.student.head.weight, 0.01)
            teacher = [self.teacher(one), self.teacher(other)]
        return self.criterion([self.student(one), self.student(other)], teacher).squeeze()
