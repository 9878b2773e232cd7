"""A duration predictor sends only a tenth of its gradient back to the encoder

Source: https://github.com/keonlee9420/Comprehensive-Transformer-TTS/issues/9
Adapted: the frames come from the durations that are given
Inputs: 2x4x6; 2x4; 2x4x3
Loss: output

x.detach() + 0.1 * (x - x.detach()) is x, with a tenth of its gradient.
"""

import torch
from torch import nn
from torch.nn import functional as F


class VariancePredictor(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_layer = nn.Conv1d(6, 5, 3, padding=1)
        self.layer_norm = nn.LayerNorm(5)
        self.linear_layer = nn.Linear(5, 1)

    def forward(self, x):
        h = torch.relu(self.conv_layer(x.transpose(1, 2))).transpose(1, 2)
        return self.linear_layer(self.layer_norm(h)).squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.predictor_grad = 0.1
        self.encoder = nn.Sequential(nn.Linear(6, 6), nn.Tanh())
        self.duration_predictor = VariancePredictor()
        self.mel_linear = nn.Linear(6, 3)

    def forward(self, text, duration, mel):
        x = self.encoder(text)
        log_duration = self.duration_predictor(x.detach() + self.predictor_grad * (x - x.detach()))
        mel_loss = F.l1_loss(self.mel_linear(x), mel)
        duration_loss = F.mse_loss(log_duration, torch.log(duration.abs() + 1.0))
        return mel_loss + duration_loss
