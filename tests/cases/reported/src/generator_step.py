"""The generator's step: the discriminator is frozen, and the gradient goes through it

Source: Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks, https://arxiv.org/abs/1511.06434
Inputs: 3x4x1x1
Loss: output
Benign: generate.0.bias

Freezing the judge's weights does not stop the gradient.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.generate = nn.Sequential(
            nn.ConvTranspose2d(4, 4, 4), nn.BatchNorm2d(4), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Tanh()
        )
        self.judge = nn.Sequential(nn.Conv2d(1, 4, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 4)).requires_grad_(False)

    def forward(self, noise):
        return F.softplus(-self.judge(self.generate(noise)).flatten()).mean()
