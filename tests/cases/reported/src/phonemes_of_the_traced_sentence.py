"""A decoder is traced, its loop over phonemes with it, and a longer sentence comes

Source: https://github.com/ming024/FastSpeech2/issues/35
Adapted: the loop fills the frames; pitch is added behind it
Export: trace 1x4:int64[0,12); 1x4
Inputs: 1x6:int64[0,12); 1x6
Raises: forward: The size of tensor a (4) must match the size of tensor b (6) at non-singleton dimension 1
Codes: SHP712
Line: frames = self.regulate(self.phonemes(ids))
Line: for t in range(x.size(1)):
Line: steps.append(torch.tanh(self.duration(x[:, t])) * x[:, t])
Line: return torch.stack(steps, dim=1)
Line: frames = frames + self.pitch(pitch.unsqueeze(-1))
Op: aten::add prim::Constant aten::select aten::stack prim::ListConstruct
Module: . regulate

Four turns of the loop are written out in the trace.
"""

import torch
from torch import nn


class LengthRegulator(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.duration = nn.Linear(dim, 1)

    def forward(self, x):
        steps = []
        for t in range(x.size(1)):
            steps.append(torch.tanh(self.duration(x[:, t])) * x[:, t])
        return torch.stack(steps, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.phonemes = nn.Embedding(12, 6)
        self.regulate = LengthRegulator(6)
        self.pitch = nn.Linear(1, 6)
        self.mel = nn.GRU(6, 5, batch_first=True)

    def forward(self, ids, pitch):
        frames = self.regulate(self.phonemes(ids))
        frames = frames + self.pitch(pitch.unsqueeze(-1))
        return self.mel(frames)[0]
