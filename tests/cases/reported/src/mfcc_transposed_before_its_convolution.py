"""An audio encoder moves its cepstra away from the channels, and the mixture behind it stacks along another axis

Source: https://github.com/kyegomez/zeta/issues/406
Adapted: the transform left out, the gating of the report's demo reduced to one mixture
Inputs: 2x8x12
Raises: forward: expected input[2, 12, 8] to have 8 channels, but got 12 channels instead
Codes: SHP716 SHP702
Line: mfcc = mfcc.transpose(1, 2)
Line: out = self.conv(mfcc)
Op: aten::transpose aten::conv1d
Module: audio audio.conv.0
Fix: mfcc = mfcc.transpose(1, 2) =>
Fix: for expert in self.experts], dim=1) => for expert in self.experts], dim=2)
Later: SHP715 SHP716 | aten::einsum | mixture | return torch.einsum("ble,bled->bld", scores, mixed) | raises forward: einsum

The cepstra were channels first already. Behind them, experts are stacked before the time axis, and read after it.
"""

import torch
from torch import nn


class AudioEncoder(nn.Module):
    def __init__(self, n_mfcc: int, width: int):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(n_mfcc, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(width, width, 3, padding=1),
        )

    def forward(self, mfcc):
        mfcc = mfcc.transpose(1, 2)
        out = self.conv(mfcc)
        return out.transpose(1, 2)


class Mixture(nn.Module):
    def __init__(self, dim: int, count: int):
        super().__init__()
        self.gate = nn.Parameter(torch.randn(dim, count) * 0.3)
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(dim, dim), nn.GELU()) for _ in range(count)])

    def forward(self, x):
        scores = torch.softmax(torch.einsum("bld,de->ble", x, self.gate), dim=-1)
        mixed = torch.stack([expert(x) for expert in self.experts], dim=1)
        return torch.einsum("ble,bled->bld", scores, mixed)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.audio = AudioEncoder(8, 6)
        self.mixture = Mixture(6, 3)
        self.head = nn.Linear(6, 4)

    def forward(self, mfcc):
        return self.head(self.mixture(self.audio(mfcc)).mean(dim=1))
