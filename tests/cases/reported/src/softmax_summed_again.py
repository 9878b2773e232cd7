"""The probabilities of a softmax are summed over their classes in the loss

Source: https://github.com/FluxML/Flux.jl/issues/1546
Adapted: PyTorch; a value head beside it that learns; the report's softmax stuck the network in the same way
Inputs: 5x4
Loss: output
Spoils: tiny head.*
Codes: ZER504
Line: return (p.sum(1) - 0.5).pow(2).mean() + fit
Line: p = torch.softmax(self.head(h), dim=1)
Op: aten::sum aten::softmax
Fix: (p.sum(1) - 0.5).pow(2).mean() => (p[:, 0] - 0.5).pow(2).mean()

They sum to one, whatever the network says; what arrives is rounding.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 6)
        self.head = nn.Linear(6, 3)
        self.value = nn.Linear(6, 1)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        p = torch.softmax(self.head(h), dim=1)
        fit = (self.value(h) - 1).pow(2).mean()
        return (p.sum(1) - 0.5).pow(2).mean() + fit
