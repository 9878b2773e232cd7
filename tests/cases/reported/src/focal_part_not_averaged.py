"""A mixed loss adds a focal part for every pixel to the logarithm of one overlap

Source: https://github.com/marshuang80/gloria/issues/19
Adapted: a small network of segmentation, its loss inside
Inputs: [{"shape": [2, 3, 8, 8]}, {"shape": [2, 1, 8, 8], "fill": "uniform"}]
Loss: output
Raises: backward: grad can be implicitly created only for scalar outputs
Codes: BWD402
Line: return (log_p * self.gamma).exp() * loss
Line: return self.alpha * self.focal(logits, mask) - torch.log(self.dice(logits, mask))
Op: aten::mul aten::sub
Module: loss .
Fix: return (log_p * self.gamma).exp() * loss => return ((log_p * self.gamma).exp() * loss).mean()

One number and many make many.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MixedLoss(nn.Module):
    def __init__(self, alpha: float, gamma: float):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma

    def focal(self, logits, mask):
        loss = F.binary_cross_entropy_with_logits(logits, mask, reduction="none")
        log_p = F.logsigmoid(-logits * (mask * 2 - 1))
        return (log_p * self.gamma).exp() * loss

    def dice(self, logits, mask):
        p = torch.sigmoid(logits).flatten()
        both = (p * mask.flatten()).sum()
        return (2.0 * both + 1.0) / (p.sum() + mask.sum() + 1.0)

    def forward(self, logits, mask):
        return self.alpha * self.focal(logits, mask) - torch.log(self.dice(logits, mask))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(6, 4, 2, stride=2)
        self.out = nn.Conv2d(4, 1, 1)
        self.loss = MixedLoss(10.0, 2.0)

    def forward(self, image, mask):
        logits = self.out(torch.relu(self.up(torch.relu(self.down(image)))))
        return self.loss(logits, mask)
