"""One training step of a diffusion model: noise, a schedule that is looked up, a prediction

Source: Denoising Diffusion Probabilistic Models, https://arxiv.org/abs/2006.11239
Adapted: vectors instead of images, the time is embedded
Inputs: 6x5; 6:int64[0,10)
Loss: output

The schedule is a buffer.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("kept", torch.cumprod(1 - torch.linspace(1e-3, 0.2, 10), 0))
        self.time = nn.Embedding(10, 5)
        self.body = nn.Sequential(nn.Linear(5, 12), nn.SiLU(), nn.Linear(12, 5))

    def forward(self, x, t):
        noise = torch.randn_like(x)
        kept = self.kept[t].unsqueeze(1)
        noisy = kept.sqrt() * x + (1 - kept).sqrt() * noise
        return F.mse_loss(self.body(noisy + self.time(t)), noise)
