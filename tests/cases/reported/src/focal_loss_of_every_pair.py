"""A binary focal loss unsqueezes its target, and compares every sample with every other

Source: https://github.com/kornia/kornia/issues/1308
Adapted: written out, as a function beside the network
Inputs: 5x1x4x4; 5x1x4x4:float32
Loss: output
Spoils: wrong
Codes: SHP707 SHP713
Line: target = target.unsqueeze(1)
Line: loss = -alpha * (1.0 - p).pow(gamma) * target * p.log() - (1.0 - alpha) * p.pow(gamma) * (1.0 - target) * (1.0 - p).log()
Op: aten::unsqueeze aten::mul
Twin: healthy
Fix: target = target.unsqueeze(1) => target = target.view_as(input)

(N, 1, H, W) against (N, 1, 1, H, W) is (N, N, 1, H, W).
"""

import torch
from torch import nn


def binary_focal_loss_with_logits(input, target, alpha: float, gamma: float):
    p = torch.sigmoid(input).clamp(1e-6, 1.0 - 1e-6)
    target = target.unsqueeze(1)
    loss = -alpha * (1.0 - p).pow(gamma) * target * p.log() - (1.0 - alpha) * p.pow(gamma) * (1.0 - target) * (1.0 - p).log()
    return loss.mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 1))

    def forward(self, image, mask):
        return binary_focal_loss_with_logits(self.body(image), torch.sigmoid(mask), 0.25, 2.0)
