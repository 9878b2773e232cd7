"""A vocoder upsamples its spectrogram by ten where a frame stands for twelve samples, and its side network is let go

Source: https://github.com/m-toman/tacorn/issues/2
Adapted: small; the detached side network is added
Inputs: 2x48; 2x5x4
Loss: mean
Raises: forward: Sizes of tensors must match except in dimension 2. Expected size 48 but got size 40 for tensor number 1 in the list.
Codes: SHP705
Line: x = torch.cat([x.unsqueeze(-1), mels, aux[:, :, :3]], dim=2)
Line: mels = self.upsample(mels).transpose(1, 2)
Line: upsample_factors = (2, 5)
Op: aten::cat aten::upsample_nearest1d
Module: . upsample upsample.2
Fix: upsample_factors = (2, 5) => upsample_factors = (2, 6)
Fix: aux = self.resnet(mels).detach() => aux = self.resnet(mels)
Later: CUT101 | aten::detach | . | aux = self.resnet(mels).detach() | spoils none resnet.*

Four frames of 12 samples are 48, four times 2 x 5 are 40.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        upsample_factors = (2, 5)
        scale = upsample_factors[0] * upsample_factors[1]
        self.resnet = nn.Sequential(nn.Conv1d(5, 8, 3, padding=1), nn.Tanh(), nn.Conv1d(8, 6, 1))
        self.upsample = nn.Sequential(
            nn.Upsample(scale_factor=float(upsample_factors[0])),
            nn.Conv1d(5, 5, 5, padding=2, bias=False),
            nn.Upsample(scale_factor=float(upsample_factors[1])),
            nn.Conv1d(5, 5, 5, padding=2, bias=False),
        )
        self.aux_upsample = nn.Upsample(scale_factor=float(scale))
        self.I = nn.Linear(1 + 5 + 3, 10)
        self.rnn1 = nn.GRU(10, 10, batch_first=True)
        self.fc1 = nn.Linear(10 + 3, 12)
        self.fc2 = nn.Linear(12, 16)

    def forward(self, x, mels):
        aux = self.resnet(mels).detach()
        aux = self.aux_upsample(aux).transpose(1, 2)
        mels = self.upsample(mels).transpose(1, 2)
        x = torch.cat([x.unsqueeze(-1), mels, aux[:, :, :3]], dim=2)
        x = self.I(x)
        h, _ = self.rnn1(x)
        x = torch.cat([x + h, aux[:, :, 3:]], dim=2)
        return self.fc2(torch.relu(self.fc1(x)))
