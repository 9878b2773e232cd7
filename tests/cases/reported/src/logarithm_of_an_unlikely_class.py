"""A hand-written cross entropy takes the logarithm of a probability that has become zero

Source: https://github.com/floringogianu/categorical-dqn/issues/3
Adapted: large logits make the probability zero
Inputs: [{"shape": [3, 4], "fill": "ones"}]
Loss: output
Spoils: nan *
Codes: NUM601 NUM602
Line: return -(wanted * torch.log(p)).sum(1).mean()
Op: aten::log aten::mul
Fix: torch.log(p) => torch.log_softmax(self.head(x), 1)

The logarithm of zero is minus infinity, and the loss infinite.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 3)
        with torch.no_grad():
            self.head.bias.copy_(torch.tensor([0.0, 300.0, 0.0]))

    def forward(self, x):
        p = torch.softmax(self.head(x), 1)
        wanted = torch.tensor([0.1, 0.8, 0.1])
        return -(wanted * torch.log(p)).sum(1).mean()
