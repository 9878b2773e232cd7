"""A pool of distortions works on copies of the encoded image that have left the graph

Source: https://github.com/sh1newu/SepMark/issues/11
Adapted: two distortions, one message; the image loss is left
Inputs: 4x3x6x6; 4x5
Spoils: none encoder.message.*
Codes: CUT101
Line: forward_image = image.clone().detach()
Op: aten::detach
Module: noise
Fix: forward_image = image.clone().detach() => forward_image = image.clone()

The decoder learns to read a message that the encoder never learns to write.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.message = nn.Linear(5, 36)

    def forward(self, image, message):
        return image + 0.1 * torch.tanh(self.message(message)).view(-1, 1, 6, 6)


class RandomNoise(nn.Module):
    def __init__(self):
        super().__init__()
        self.std = 0.02

    def blurred(self, image):
        return F.avg_pool2d(image, 3, stride=1, padding=1)

    def forward(self, image):
        forward_image = image.clone().detach()
        noised = torch.zeros_like(forward_image)
        for index in range(forward_image.size(0)):
            single = forward_image[index : index + 1]
            if index % 2 == 0:
                noised[index : index + 1] = self.blurred(single)
            else:
                noised[index : index + 1] = single + self.std * torch.randn_like(single)
        return noised


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.noise = RandomNoise()
        self.decoder = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(64, 5))

    def forward(self, image, message):
        return self.decoder(self.noise(self.encoder(image, message)))
