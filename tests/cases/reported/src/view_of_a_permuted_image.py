"""An image is permuted and then flattened with view

Source: https://github.com/sergeywong/cp-vton/issues/30
Adapted: channels last for a linear layer
Inputs: 2x3x4x4
Raises: forward: view size is not compatible with input tensor's size and stride
Codes: SHP714
Line: h = h.view(h.size(0), -1)
Op: aten::view
Twin: healthy
Fix: h.view(h.size(0), -1) => h.reshape(h.size(0), -1)

After a permutation the memory is not laid out for one view.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)
        self.out = nn.Linear(64, 2)

    def forward(self, x):
        h = self.conv(x).permute(0, 2, 3, 1)
        h = h.view(h.size(0), -1)
        return self.out(h)
