"""The attention over two kernel sizes is a softmax over the same layer's answer, twice

Source: https://github.com/suvojit-0x55aa/A2S2K-ResNet/issues/4
Adapted: images instead of spectral cubes
Inputs: 2x4x6x6; 2:int64[0,3)
Loss: output
Spoils: tiny conv_se.* conv_ex.*
Codes: ZER504
Line: attention_vector = self.softmax(attention_vector)
Line: attention_vector = torch.stack([self.conv_ex(z), self.conv_ex(z)], dim=1)
Op: aten::softmax aten::stack
Module: softmax .
Fix: [self.conv_ex(z), self.conv_ex(z)] => [self.conv_ex(z), -self.conv_ex(z)]

Two equal numbers have a half each, whatever they are.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1x1 = nn.Sequential(nn.Conv2d(4, 8, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.conv3x3 = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.conv_se = nn.Sequential(nn.Conv2d(8, 4, 1), nn.LeakyReLU())
        self.conv_ex = nn.Conv2d(4, 8, 1)
        self.softmax = nn.Softmax(dim=1)
        self.classifier = nn.Linear(8, 3)

    def forward(self, x, label):
        x = torch.stack([self.conv1x1(x), self.conv3x3(x)], dim=1)
        z = self.conv_se(self.pool(torch.sum(x, dim=1)))
        attention_vector = torch.stack([self.conv_ex(z), self.conv_ex(z)], dim=1)
        attention_vector = self.softmax(attention_vector)
        v = (x * attention_vector).sum(dim=1)
        return F.cross_entropy(self.classifier(v.mean(dim=[2, 3])), label)
