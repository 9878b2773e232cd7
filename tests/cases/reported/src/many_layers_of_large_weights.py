"""Many layers with weights that are far too large

Source: https://github.com/twtygqyy/pytorch-SRDenseNet/issues/2
Adapted: twelve linear layers without normalisation
Inputs: 4x8
Spoils: huge layers.*
Codes: NUM604
Line: x = layer(x)
Op: aten::linear
Fix: nn.init.normal_(layer.weight, std=12.0) => nn.init.orthogonal_(layer.weight)

Each layer multiplies the gradient by more than thirty.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8, bias=False) for _ in range(12)])
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=12.0)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
