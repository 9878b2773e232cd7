"""The distillation loss compares the large model with itself

Source: https://github.com/labmlai/annotated_deep_learning_paper_implementations/issues/66
Adapted: two small convolutional networks, the labels are an input
Inputs: 4x3x12x12; 4:int64[0,5)
Loss: output
Spoils: wrong small.*
Codes: CUT108
Line: prob = F.log_softmax(large_logits / self.temperature, dim=-1)
Line: soft_loss = F.kl_div(prob, soft_targets, reduction="batchmean")
Op: aten::log_softmax aten::div aten::kl_div aten::add
Module: .
Fix: prob = F.log_softmax(large_logits / self.temperature, dim=-1) => prob = F.log_softmax(output / self.temperature, dim=-1)

The soft loss is made of the teacher's outputs only: it is zero, and teaches the small model nothing.
"""

import torch
from torch import nn
from torch.nn import functional as F


def convolutional(width: int, classes: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, width, 3, stride=2), nn.ReLU(),
        nn.Conv2d(width, width, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes),
    )


class Net(nn.Module):
    def __init__(self, classes: int = 5, temperature: float = 5.0, alpha: float = 0.9):
        super().__init__()
        self.small = convolutional(6, classes)
        self.large = convolutional(16, classes).requires_grad_(False)
        self.temperature = temperature
        self.alpha = alpha

    def forward(self, images, target):
        with torch.no_grad():
            large_logits = self.large(images)
        output = self.small(images)
        soft_targets = F.softmax(large_logits / self.temperature, dim=-1)
        prob = F.log_softmax(large_logits / self.temperature, dim=-1)
        soft_loss = F.kl_div(prob, soft_targets, reduction="batchmean")
        label_loss = F.cross_entropy(output, target)
        return self.alpha * self.temperature**2 * soft_loss + (1 - self.alpha) * label_loss
