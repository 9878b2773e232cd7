"""A denoising generator's colour loss is computed in numpy, and traced

Source: https://github.com/sharif-apu/BJDD_CVPR21/issues/11
Adapted: a linear change of the colour space for CIE Lab; no discriminator
Export: trace 2x3x8x8; 2x3x8x8
Inputs: 2x3x8x8; 2x3x8x8
Loss: output
Spoils: wrong *
Codes: CUT106 CUT108 CUT101 CUT105
Line: fake_yuv = torch.from_numpy(np.einsum("dc,bchw->bdhw", RGB2YUV, fake.detach().numpy()))
Op: prim::Constant
Module: color_loss
Fix: torch.from_numpy(np.einsum("dc,bchw->bdhw", RGB2YUV, fake.detach().numpy())) => torch.einsum("dc,bchw->bdhw", torch.from_numpy(RGB2YUV), fake)

The colours of the example are recorded as a constant: the colour loss can never teach the generator anything.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


RGB2YUV = np.array([[0.299, 0.587, 0.114], [-0.147, -0.289, 0.436], [0.615, -0.515, -0.1]], dtype=np.float32)


class ColorLoss(nn.Module):
    def forward(self, fake, real):
        fake_yuv = torch.from_numpy(np.einsum("dc,bchw->bdhw", RGB2YUV, fake.detach().numpy()))
        real_yuv = torch.einsum("dc,bchw->bdhw", torch.from_numpy(RGB2YUV), real)
        return (fake_yuv - real_yuv).pow(2).sum(1).add(1e-6).sqrt().mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(3, 8, 3, padding=1)
        self.body = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(8, 8, 3, padding=1))
        self.tail = nn.Conv2d(8, 3, 3, padding=1)
        self.color_loss = ColorLoss()

    def forward(self, noisy, gt):
        x = F.leaky_relu(self.head(noisy), 0.2)
        x = x + self.body(x)
        fake = torch.tanh(self.tail(x)) + noisy
        return F.l1_loss(fake, gt) + self.color_loss(fake, gt)
