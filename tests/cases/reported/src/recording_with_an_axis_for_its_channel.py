"""The raw recording comes with an axis for its channel, and the encoder of a captioning model adds another

Source: https://github.com/thuhcsi/SECap/issues/4
Adapted: mono, as in the last comment; two convolutions and a recurrent layer
Inputs: 2x160x1
Loss: mean
Raises: forward: Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [2, 1, 160, 1]
Codes: SHP703
Line: hidden_states = input_values.unsqueeze(1)
Line: hidden_states = torch.relu(self.conv1(hidden_states))
Op: aten::conv1d aten::unsqueeze
Module: feature_extractor.conv1 feature_extractor
Fix: input_values.unsqueeze(1) => input_values.transpose(1, 2)

soundfile reads (samples, channels), the feature extractor counts on samples alone.
"""

import torch
from torch import nn


class FeatureExtractor(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 6, 10, stride=5)
        self.conv2 = nn.Conv1d(6, 8, 3, stride=2)

    def forward(self, input_values):
        hidden_states = input_values.unsqueeze(1)
        hidden_states = torch.relu(self.conv1(hidden_states))
        hidden_states = torch.relu(self.conv2(hidden_states))
        return hidden_states.transpose(1, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.feature_extractor = FeatureExtractor()
        self.qformer = nn.GRU(8, 10, batch_first=True)
        self.proj = nn.Linear(10, 4)

    def forward(self, wavs):
        audio_embeds = self.feature_extractor(wavs)
        out, _ = self.qformer(audio_embeds)
        return self.proj(out[:, -1])
