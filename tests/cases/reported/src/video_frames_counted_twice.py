"""Output patches are reshaped with the channels of two latents

Source: https://github.com/zai-org/CogVideo/issues/536
Adapted: one frame of 4x4
Inputs: 2x1x4x6
Raises: forward: is invalid for input of size
Codes: SHP704
Line: return h.view(b, f, 2, 2, 4, 2, 2)
Op: aten::view
Fix: h.view(b, f, 2, 2, 4, 2, 2) => h.view(b, f, 2, 2, -1, 2, 2)

There are half as many channels as are asked for.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(6, 8)

    def forward(self, x):
        b, f = x.size(0), x.size(1)
        h = self.proj(x)
        return h.view(b, f, 2, 2, 4, 2, 2)
