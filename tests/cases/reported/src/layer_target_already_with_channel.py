"""A dice loss spreads its target to one channel a class, and the target has a channel already

Source: https://github.com/ai-med/relaynet_pytorch/issues/7
Adapted: three classes, no weights
Inputs: 2x1x6x6; 2x1x6x6:int64[0,3)
Loss: output
Raises: forward: Index tensor must have the same number of dimensions as self tensor
Codes: SHP703 SHP713 SHP717
Line: encoded_target.scatter_(1, target.unsqueeze(1), 1.0)
Op: aten::scatter_ aten::unsqueeze
Module: loss_func
Fix: target.unsqueeze(1) => target

(N, 1, H, W) becomes (N, 1, 1, H, W).
"""

import torch
from torch import nn


class DiceLoss(nn.Module):
    def forward(self, output, target):
        eps = 0.0001
        output = torch.softmax(output, dim=1)
        encoded_target = output.detach() * 0
        encoded_target.scatter_(1, target.unsqueeze(1), 1.0)
        intersection = output * encoded_target
        numerator = 2.0 * intersection.sum(dim=[0, 2, 3])
        denominator = (output + encoded_target).sum(dim=[0, 2, 3]) + eps
        return (1.0 - numerator / denominator).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2))
        self.decode = nn.Sequential(nn.Upsample(scale_factor=2.0), nn.Conv2d(4, 4, 3, padding=1), nn.PReLU())
        self.classifier = nn.Conv2d(4, 3, 1)
        self.loss_func = DiceLoss()

    def forward(self, image, labels):
        return self.loss_func(self.classifier(self.decode(self.encode(image))), labels)
