"""Four seed poses are joined to twelve frames of speech

Source: https://github.com/alvinliu0/HA2G/issues/13
Adapted: twelve frames instead of 34, nine values for a pose
Inputs: 3x4x9; 3x12x6; 3x12:int64[0,25)
Loss: mean
Raises: forward: Sizes of tensors must match except in dimension 2. Expected size 4 but got size 12 for tensor number 1 in the list.
Codes: SHP705
Line: in_data = torch.cat((pre_seq, audio_feat_seq, text_feat_seq), dim=2)
Op: aten::cat
Fix: torch.cat((pre_seq, audio => torch.cat((F.pad(pre_seq, [0, 0, 0, audio_feat_seq.size(1) - pre_seq.size(1)]), audio

The seed poses are to be filled up with zeros to the length of the speech.
"""

import torch
from torch import nn
from torch.nn import functional as F


class AudioEncoder(nn.Module):
    def __init__(self, n_mels: int, size: int):
        super().__init__()
        self.feat_extractor = nn.Sequential(
            nn.Conv1d(n_mels, size, 3, padding=1), nn.LeakyReLU(0.3), nn.Conv1d(size, size, 3, padding=1)
        )

    def forward(self, mel):
        return self.feat_extractor(mel.transpose(1, 2)).transpose(1, 2)


class Net(nn.Module):
    def __init__(self, pose_dim: int = 9):
        super().__init__()
        self.audio_encoder = AudioEncoder(6, 8)
        self.text_embedding = nn.Embedding(25, 8)
        self.text_decoder = nn.Linear(8, 8)
        self.gru = nn.GRU(pose_dim + 8 + 8, 10, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(nn.Linear(10, 10), nn.LeakyReLU(), nn.Linear(10, pose_dim))

    def forward(self, pre_seq, in_audio, in_text):
        audio_feat_seq = self.audio_encoder(in_audio)
        text_feat_seq = self.text_decoder(self.text_embedding(in_text))
        in_data = torch.cat((pre_seq, audio_feat_seq, text_feat_seq), dim=2)
        output, _ = self.gru(in_data)
        output = output[:, :, :10] + output[:, :, 10:]
        return self.out(output)
