"""An audio clip is shorter than the kernels that follow its pools

Source: https://github.com/ksanjeevan/crnn-audio-classification/issues/15
Adapted: one-dimensional, two pools
Inputs: 2x1x14
Raises: forward: Kernel size can't be greater than actual input size
Codes: SHP708
Line: return self.out(self.body(x).mean(-1))
Op: aten::conv1d
Module: body.5
Twin: healthy
Fix: nn.Conv1d(4, 4, 5) => nn.Conv1d(4, 4, 5, padding=2)

Three values are left, and the kernel wants five.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(1, 4, 3, padding=1),
            nn.MaxPool1d(2),
            nn.ELU(),
            nn.Conv1d(4, 4, 3, padding=1),
            nn.MaxPool1d(2),
            nn.Conv1d(4, 4, 5),
        )
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.body(x).mean(-1))
