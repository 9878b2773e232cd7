"""A policy reshapes the pixels of its cameras to have their colours in front

Source: https://github.com/Selen-Suyue/DensePolicy2D/issues/3
Adapted: two cameras of one small encoder, and the state of the joints
Inputs: 2x8x8x3; 2x8x8x3; 2x5
Spoils: wrong
Codes: SHP719 SHP716
Line: images = images.reshape(b, c, h, w)
Op: aten::reshape
Twin: healthy
Fix: images.reshape(b, c, h, w) => images.permute(0, 3, 1, 2)

Colours stay where they lie, next to one another, and are taken for pixels of a row.
"""

import torch
from torch import nn


class VisualEncoder(nn.Module):
    def __init__(self, out: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(6, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 16, out)

    def forward(self, x):
        x = torch.tanh(self.conv2(torch.tanh(self.conv1(x))))
        return self.fc(x.flatten(1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.top_encoder = VisualEncoder(6)
        self.hand_encoder = VisualEncoder(6)
        self.joints = nn.Linear(5, 6)
        self.action = nn.Sequential(nn.Linear(18, 16), nn.Tanh(), nn.Linear(16, 7))

    def prepare(self, images):
        b, h, w, c = images.shape
        images = images.reshape(b, c, h, w)
        return images

    def forward(self, imgtop, imghand, qpos):
        top = self.top_encoder(self.prepare(imgtop))
        hand = self.hand_encoder(self.prepare(imghand))
        return self.action(torch.cat([top, hand, self.joints(qpos)], dim=-1))
