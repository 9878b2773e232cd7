"""The loss that is to keep a voice consistent takes the spectrogram of what was generated under no_grad

Source: https://github.com/coqui-ai/TTS/issues/2348
Adapted: the spectrogram is a fixed convolution, the frozen encoder two layers
Inputs: 2x4x6; 2x1x24; 2x5
Loss: output
Spoils: wrong generator.*
Codes: CUT102 CUT108
Line: with torch.no_grad():
Line: feats = self.instancenorm(self.torch_spec(wav).abs().add(1e-6).log())
Op: prim::Enter
Module: speaker_encoder
Fix: with torch.no_grad(): => if True:

The term stands in the loss and moves nobody: the encoder is frozen, and the way to the generator is cut before it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ResNetSpeakerEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.torch_spec = nn.Conv1d(1, 6, 4, stride=4, bias=False)
        self.instancenorm = nn.InstanceNorm1d(6)
        self.conv = nn.Conv1d(6, 8, 3, padding=1)
        self.fc = nn.Linear(8, 5)

    def forward(self, wav):
        with torch.no_grad():
            feats = self.instancenorm(self.torch_spec(wav).abs().add(1e-6).log())
        x = F.relu(self.conv(feats))
        return F.normalize(self.fc(x.mean(dim=2)), dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(
            nn.Conv1d(4, 8, 3, padding=1), nn.LeakyReLU(0.1), nn.ConvTranspose1d(8, 1, 4, stride=4), nn.Tanh()
        )
        self.speaker_encoder = ResNetSpeakerEncoder()
        for p in self.speaker_encoder.parameters():
            p.requires_grad_(False)

    def forward(self, z, wav, embedding):
        wav_hat = self.generator(z)
        loss_mel = F.l1_loss(wav_hat, wav)
        pred_embs = self.speaker_encoder(wav_hat)
        loss_se = -F.cosine_similarity(embedding, pred_embs, dim=1).mean()
        return loss_mel + 9.0 * loss_se
