"""Phonemes are expanded by durations that were rounded to whole frames

Source: https://github.com/Joshua-1995/LearnableUpsamplingLayer-Pytorch/issues/1
Adapted: one sentence, frames averaged by the loss
Inputs: 1x4x6
Loss: output
Spoils: none variance_adaptor.duration_predictor.*
Codes: CUT104 CUT103
Line: duration = torch.clamp(torch.round(torch.exp(log_duration) - 1.0) + 1.0, min=1.0, max=6.0).long()
Line: return torch.repeat_interleave(x[0], duration[0], dim=0).unsqueeze(0)
Op: aten::to aten::long aten::repeat_interleave
Module: variance_adaptor variance_adaptor.length_regulator
Fix: return self.length_regulator(x, duration) => return self.length_regulator(x, duration) * (1.0 + log_duration.mean())

How often a frame is repeated is an integer, and no loss on the frames can ask for another one.
"""

import torch
from torch import nn


class DurationPredictor(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(6, 8, 3, padding=1)
        self.norm = nn.LayerNorm(8)
        self.linear = nn.Linear(8, 1)

    def forward(self, x):
        h = torch.relu(self.conv(x.transpose(1, 2))).transpose(1, 2)
        return self.linear(self.norm(h)).squeeze(-1)


class LengthRegulator(nn.Module):
    def forward(self, x, duration):
        return torch.repeat_interleave(x[0], duration[0], dim=0).unsqueeze(0)


class VarianceAdaptor(nn.Module):
    def __init__(self):
        super().__init__()
        self.duration_predictor = DurationPredictor()
        self.length_regulator = LengthRegulator()

    def forward(self, x):
        log_duration = self.duration_predictor(x)
        duration = torch.clamp(torch.round(torch.exp(log_duration) - 1.0) + 1.0, min=1.0, max=6.0).long()
        return self.length_regulator(x, duration)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(6, 6)
        self.variance_adaptor = VarianceAdaptor()
        self.decoder = nn.Linear(6, 3)

    def forward(self, text):
        mel = self.decoder(self.variance_adaptor(torch.tanh(self.encoder(text))))
        return mel.abs().mean()
