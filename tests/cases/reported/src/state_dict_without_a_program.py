"""The weights alone are sent

Source: https://github.com/pytorch/examples/issues/277
Adapted: a state_dict of two layers
Export: state_dict
Inputs: 2x3
Raises: load: PytorchStreamReader failed locating file constants.pkl
Codes: FMT903

A state_dict holds no forward.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    def forward(self, x):
        return self.body(x)
