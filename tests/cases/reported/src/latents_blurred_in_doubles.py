"""Latents are blurred with a kernel of doubles

Source: https://github.com/siraxe/ComfyUI-LTX-FDG/issues/2
Adapted: the model that is guided is a single convolution
Inputs: 2x4x8x8
Raises: forward: Input type (torch.FloatTensor) and weight type (torch.DoubleTensor) should be the same
Codes: TYP801
Line: blurred = F.conv2d(tensor, kernel, padding=1, groups=tensor.shape[1])
Line: x = torch.arange(3, dtype=torch.float64) - 1.0
Op: aten::conv2d aten::arange
Module: guidance
Twin: healthy
Fix: dtype=torch.float64 => dtype=tensor.dtype

The kernel is to have the type of what it blurs.
"""

import torch
import torch.nn.functional as F
from torch import nn


class FrequencyGuidance(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = nn.Parameter(torch.tensor(1.2))
        self.high = nn.Parameter(torch.tensor(0.8))

    def blur(self, tensor: torch.Tensor, sigma: float) -> torch.Tensor:
        x = torch.arange(3, dtype=torch.float64) - 1.0
        gauss = torch.exp(-x.pow(2) / (2 * sigma * sigma))
        gauss = gauss / gauss.sum()
        kernel = torch.outer(gauss, gauss).expand(tensor.shape[1], 1, 3, 3)
        blurred = F.conv2d(tensor, kernel, padding=1, groups=tensor.shape[1])
        return blurred

    def forward(self, noise):
        low = self.blur(noise, 1.0)
        return self.low * low + self.high * (noise - low)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.denoiser = nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.SiLU(), nn.Conv2d(6, 4, 3, padding=1))
        self.guidance = FrequencyGuidance()

    def forward(self, latents):
        return latents - self.guidance(self.denoiser(latents))
