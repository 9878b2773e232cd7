"""An extractor that hands out detached copies of the image features

Source: https://github.com/lucidrains/CoCa-pytorch/issues/6
Adapted: a small convolutional encoder instead of a ViT
Inputs: 2x3x8x8; 2x5:int64[0,11)
Spoils: none encoder.*
Codes: CUT101
Line: tokens = features.flatten(2).transpose(1, 2).clone().detach()
Op: aten::detach
Module: .
Twin: healthy
Fix: .clone().detach() => .clone()

Only the text side learns: what the encoder gives is cut off before the cross attention.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 6, 4, stride=4), nn.GELU(), nn.Conv2d(6, 8, 1))
        self.words = nn.Embedding(11, 8)
        self.query = nn.Linear(8, 8)
        self.to_logits = nn.Linear(8, 11)

    def forward(self, image, text):
        features = self.encoder(image)
        tokens = features.flatten(2).transpose(1, 2).clone().detach()
        words = self.query(self.words(text))
        weights = torch.softmax(words @ tokens.transpose(1, 2) / 8**0.5, dim=-1)
        return self.to_logits(words + weights @ tokens)
