"""A discriminator sees the fakes detached, and the generator is trained beside it

Source: https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix/issues/388
Adapted: both losses in one step, least squares
Export: trace 2x3x8x8; 2x3x8x8
Inputs: 2x3x8x8; 2x3x8x8
Loss: output

The generator learns from its own two terms, where nothing is detached.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.netG = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect"), nn.ELU(), nn.Conv2d(8, 3, 3, padding=1), nn.Tanh()
        )
        self.netD = nn.Sequential(
            nn.Conv2d(3, 8, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(8, 1, 4, stride=1, padding=1)
        )

    def gan_loss(self, prediction, target_is_real: bool):
        target = torch.ones_like(prediction) if target_is_real else torch.zeros_like(prediction)
        return F.mse_loss(prediction, target)

    def backward_D_basic(self, real, fake):
        pred_real = self.netD(real)
        pred_fake = self.netD(fake.detach())
        return (self.gan_loss(pred_real, True) + self.gan_loss(pred_fake, False)) * 0.5

    def forward(self, real_A, real_B):
        fake_B = self.netG(real_A)
        loss_G = self.gan_loss(self.netD(fake_B), True) + 10.0 * F.l1_loss(fake_B, real_B)
        loss_D = self.backward_D_basic(real_B, fake_B)
        return loss_G + loss_D
