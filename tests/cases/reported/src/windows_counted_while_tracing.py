"""Windows are merged with a batch size that tracing recorded

Source: https://github.com/huggingface/pytorch-image-models/pull/1673
Adapted: windows of two by two on a 4x4 grid
Export: trace 2x4x4x3
Inputs: 3x4x4x3
Raises: forward: is invalid for input of size
Codes: SHP712
Line: b = int(windows.shape[0] / (4 * 4 / 2 / 2))
Line: merged = windows.reshape(b, 2, 2, 2, 2, 4).permute(0, 1, 3, 2, 4, 5).reshape(b, 4, 4, 4)
Op: prim::Constant aten::reshape
Twin: healthy
Fix: b = int(windows.shape[0] / (4 * 4 / 2 / 2)) => b = -1

int() made the number of images a constant of the trace.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(3, 4)
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        windows = x.reshape(-1, 2, 2, 2, 2, 3).permute(0, 1, 3, 2, 4, 5).reshape(-1, 2, 2, 3)
        windows = self.mix(windows)
        b = int(windows.shape[0] / (4 * 4 / 2 / 2))
        merged = windows.reshape(b, 2, 2, 2, 2, 4).permute(0, 1, 3, 2, 4, 5).reshape(b, 4, 4, 4)
        return self.out(merged)
