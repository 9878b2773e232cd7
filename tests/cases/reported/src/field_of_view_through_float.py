"""The projection of a splatting camera is built from the tangent of its field of view as a Python number

Source: https://github.com/graphdeco-inria/gaussian-splatting/issues/510
Adapted: in Python, traced; round Gaussians without an order
Export: trace 2x3
Inputs: 2x3
Spoils: none camera.fovx
Codes: CUT106 CUT105
Line: tan_half_fov = math.tan(float(self.fovx) / 2)
Line: return points[..., :2] / (depth * tan_half_fov), depth
Op: prim::Constant
Module: camera
Fix: math.tan(float(self.fovx) / 2) => torch.tan(self.fovx / 2)

The field of view is a parameter; the trace holds what it was.
"""

import math

import torch
from torch import nn


class Camera(nn.Module):
    def __init__(self, fov: float):
        super().__init__()
        self.fovx = nn.Parameter(torch.tensor(fov))

    def forward(self, points):
        tan_half_fov = math.tan(float(self.fovx) / 2)
        depth = points[..., 2:]
        return points[..., :2] / (depth * tan_half_fov), depth


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.camera = Camera(0.9)
        self.means = nn.Parameter(torch.randn(10, 3) * 0.6)
        self.log_scales = nn.Parameter(torch.full((10,), -1.0))
        self.opacity = nn.Parameter(torch.zeros(10))
        self.colors = nn.Parameter(torch.randn(10, 3))
        axis = torch.linspace(-1.0, 1.0, 8)
        self.register_buffer("pixels", torch.cartesian_prod(axis, axis))

    def forward(self, centre):
        points = self.means + torch.tanh(centre).unsqueeze(1) * 0.2 + torch.tensor([0.0, 0.0, 4.0])
        screen, depth = self.camera(points)
        distance = (self.pixels.view(1, 64, 1, 2) - screen.unsqueeze(1)).pow(2).sum(-1)
        radius = self.log_scales.exp() / depth.squeeze(-1) * 4.0
        weight = torch.exp(-0.5 * distance / radius.pow(2).unsqueeze(1)) * torch.sigmoid(self.opacity)
        image = weight @ torch.sigmoid(self.colors)
        return image.view(-1, 8, 8, 3)
