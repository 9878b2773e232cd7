"""The predicted pitch is put into bins, whose embedding goes on

Source: https://github.com/ming024/FastSpeech2/issues/2
Adapted: pitch alone, no target given
Inputs: 2x7x6
Spoils: none pitch.*
Codes: CUT103
Line: place = torch.bucketize(self.pitch(x).squeeze(-1), self.bins)
Op: aten::bucketize
Fix: return self.decode(x + self.table(place)) => return self.decode(x + self.table(place) + self.pitch(x))

The number of a bin does not change smoothly with the pitch.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pitch = nn.Linear(6, 1)
        self.register_buffer("bins", torch.linspace(-1.0, 1.0, 7))
        self.table = nn.Embedding(8, 6)
        self.decode = nn.Linear(6, 4)

    def forward(self, x):
        place = torch.bucketize(self.pitch(x).squeeze(-1), self.bins)
        return self.decode(x + self.table(place))
