"""A vocoder was set to fewer mel bands than its data has, and its speaker encoder runs without gradient

Source: https://github.com/NVIDIA/waveglow/issues/206
Adapted: 12 bands for 20; one coupling; the speaker is added
Inputs: 2x20x9; 2x2x36; 2x20x7
Raises: forward: expected input[2, 20, 9] to have 12 channels, but got 20 channels instead
Codes: SHP702
Line: spect = self.upsample(spect)
Line: self.upsample = nn.ConvTranspose1d(n_mel_channels, n_mel_channels, 8, stride=4)
Line: self.vocoder = WaveGlow(n_mel_channels=12, n_group=2, n_channels=16)
Op: aten::conv_transpose1d
Module: vocoder.upsample
Fix: WaveGlow(n_mel_channels=12, => WaveGlow(n_mel_channels=20,
Fix: with torch.no_grad(): => if True:
Later: CUT102 | prim::Enter | . | with torch.no_grad(): | spoils none speaker.*

The bands are those of another recipe. Behind it, the speaker encoder never learns.
"""

import torch
from torch import nn


class WaveGlow(nn.Module):
    def __init__(self, n_mel_channels: int, n_group: int, n_channels: int):
        super().__init__()
        self.half = n_group // 2
        self.upsample = nn.ConvTranspose1d(n_mel_channels, n_mel_channels, 8, stride=4)
        self.start = nn.Conv1d(self.half, n_channels, 1)
        self.cond = nn.Conv1d(n_mel_channels, n_channels, 1)
        self.speak = nn.Linear(6, n_channels)
        self.in_layer = nn.Conv1d(n_channels, n_channels, 3, padding=1)
        self.end = nn.Conv1d(n_channels, 2 * self.half, 1)

    def forward(self, spect, audio, speaker):
        spect = self.upsample(spect)
        spect = spect[:, :, : audio.size(2)]
        kept, changed = audio[:, : self.half], audio[:, self.half :]
        h = self.start(kept) + self.cond(spect) + self.speak(speaker).unsqueeze(2)
        out = self.end(torch.tanh(self.in_layer(torch.tanh(h))))
        log_s, b = out[:, : self.half], out[:, self.half :]
        return torch.cat([kept, torch.exp(log_s) * changed + b], dim=1), log_s


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.speaker = nn.GRU(20, 6, batch_first=True)
        self.vocoder = WaveGlow(n_mel_channels=12, n_group=2, n_channels=16)

    def forward(self, spect, audio, reference):
        with torch.no_grad():
            _, embedding = self.speaker(reference.transpose(1, 2))
        z, log_s = self.vocoder(spect, audio, embedding[0])
        return (z * z).mean() / 2 - log_s.mean()
