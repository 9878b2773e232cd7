"""A generator of perturbations bounds each of them through .data

Source: https://github.com/OmidPoursaeed/Generative_Adversarial_Perturbations/issues/4
Adapted: the bound is on the largest pixel of the batch; a small classifier, trained along
Inputs: 3x3x8x8; 3:int64[0,4)
Loss: output
Spoils: wrong generator.*
Codes: IPL305
Line: delta_im.data.mul_(self.mag_in / float(delta_im.data.abs().max()))
Op: aten::mul_ prim::data
Module: .
Fix: delta_im.data.mul_(self.mag_in / float(delta_im.data.abs().max())) => delta_im = delta_im * (self.mag_in / float(delta_im.detach().abs().max()))

The hyperbolic tangent keeps its output for backward, and no version counter sees that it was scaled; nor is the factor
in the gradient.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mag_in = 0.1
        self.generator = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ELU(), nn.Conv2d(8, 3, 3, padding=1), nn.Tanh()
        )
        self.features = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.classifier = nn.Linear(8, 4)

    def pretrained_clf(self, image):
        x = F.leaky_relu(self.features(image), 0.1)
        return self.classifier(x.mean(dim=[2, 3]))

    def forward(self, image, label):
        delta_im = self.generator(image)
        delta_im.data.mul_(self.mag_in / float(delta_im.data.abs().max()))
        recons = torch.clamp(image + delta_im, -3.0, 3.0)
        return F.cross_entropy(self.pretrained_clf(recons), label)
